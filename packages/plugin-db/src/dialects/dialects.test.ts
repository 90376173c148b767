import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dialects } from './dialects.js'

const source = join(import.meta.dirname, '..')
const files = globSync('**/*.ts', { cwd: source, exclude: (path) => String(path).startsWith('__fixtures__') })
  .filter((file) => !/\.test(-d)?\.ts$/.test(file))
  .map((file) => file.split(sep).join('/'))
const textOf = (file: string) => readFileSync(join(source, file), 'utf8')
const folders = new Set(files.flatMap((file) => /^dialects\/([^/]+)\//.exec(file)?.[1] ?? []))

/** Code alone: documentation may name databases as examples. */
const codeOf = (file: string) => textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

describe('a database is one folder', () => {
  test('each folder has a dialect', () => {
    expect(dialects.map(({ clients: [name] }) => name).sort()).toEqual([...folders].sort())
  })

  test('a folder is imported by the list of dialects alone', () => {
    const importers = files.filter((file) =>
      [...textOf(file).matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].some(([, path, lazy]) => {
        const target = join('/', file, '..', path ?? lazy ?? '')
          .split(sep)
          .join('/')
        const folder = /^\/dialects\/([^/]+)\//.exec(target)?.[1]
        return folder !== undefined && !file.startsWith(`dialects/${folder}/`)
      }),
    )
    expect(importers).toEqual(['dialects/dialects.ts'])
  })

  test('names of databases and drivers stand in their folders only', () => {
    const names = dialects.flatMap(({ clients, drivers, schemes }) => [...clients, ...drivers, ...schemes])
    const quoted = new RegExp(`['"\`](?:${[...new Set(names)].join('|')})['"\`]`)
    const elsewhere = files.filter((file) => !/^dialects\/[^/]+\//.test(file) && quoted.test(codeOf(file)))
    expect(elsewhere).toEqual([])
  })

  test('what `client` says is compared in the list of dialects alone', () => {
    const asks = /\b(client|dialect)\s*[!=]==|[!=]==\s*(\w+\.)*(client|dialect)\b|switch \([^)]*\b(client|dialect)\b/
    expect(files.filter((file) => asks.test(codeOf(file)))).toEqual(['dialects/dialects.ts'])
  })
})
