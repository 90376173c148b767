import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin, defineServing, defineSink, defineStorage } from '@maestro-dataflow/core'
import { maestro, projectTypes, renderTypesFile, typesFileName } from '@maestro-dataflow/core/runtime'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkTypes } from './docs/check-types.js'
import { createPageFolder, writeSample } from './docs/page-folder.js'

/** What the compiler must say of each wrong setting: the name that is wrong, and the one that was meant. */
const wrong = {
  'an unknown serving': [
    "servings: { default: { use: 'openai.chta', model: 'x' } }",
    /"openai.chta".*mean '"openai.chat"'/,
  ],
  'an option of a serving': [
    "servings: { default: { use: 'openai.chat', modle: 'x' } }",
    /'modle'.*mean to write 'model'/,
  ],
  'a setting of every serving': [
    "servings: { default: { use: 'openai.chat', model: 'x', retrie: 1 } }",
    /'retrie'.*mean to write 'retries'/,
  ],
  'a value of a serving': [
    "servings: { default: { use: 'openai.chat', model: 4 } }",
    /'number'.*'string \| EnvironmentValue/,
  ],
  'a serving without its model': ["servings: { default: { use: 'openai.chat' } }", /Property 'model' is missing/],
  'an unknown vector store': [
    "vectorStores: { kb: { use: 'chroma.vector', collection: 'x' } }",
    /mean '"chroma.vectors"'/,
  ],
  'an option of a vector store': [
    "vectorStores: { kb: { use: 'chroma.vectors', colection: 'x' } }",
    /'colection'.*mean to write 'collection'/,
  ],
  'an unknown storage': ["storages: { notes: { use: 'fs.fil', path: 'x.csv' } }", /"fs.fil".*mean '"fs.file"'/],
  'an option of a storage': ["storages: { notes: { use: 'fs.file', pth: 'x' } }", /'pth'.*mean to write 'path'/],
  'a value of a storage': [
    "storages: { notes: { use: 'fs.file', delimiter: 4 } }",
    /'number'.*'string \| EnvironmentValue/,
  ],
  'an unknown cache': ["cache: { use: 'dsk' }", /"dsk".*mean '"disk"'/],
  'an option of a cache': ["cache: { maxSiz: '1GiB' }", /'maxSiz'.*mean to write 'maxSize'/],
  'an unknown executor': ["executor: 'locl'", /"locl".*mean '"local"'/],
  'an option of an executor': ["executor: { use: 'local', threads: 2 }", /'threads'.*use: "local"/],
  'an unknown table engine': ["tableEngine: 'table.duckbd'", /"table.duckbd".*mean '"table.duckdb"'/],
  'an option of a table engine': [
    "tableEngine: { use: 'table.duckdb', thread: 2 }",
    /'thread'.*mean to write 'threads'/,
  ],
} as const satisfies Readonly<Record<string, readonly [setting: string, message: RegExp]>>

const right = {
  'components of plugins with types': `
    servings: { default: { use: 'openai.chat', model: env('MODEL'), limits: { concurrency: 3 } } },
    storages: { notes: { use: 'fs.file', format: 'csv', mode: 'overwrite' }, orders: { use: 'db.table', table: 'orders' } },
    vectorStores: { kb: { use: 'lance.vectors', path: 'kb' } },
    cache: { maxSize: '1GiB', ttl: '1h' },
    executor: { use: 'local' },
    tableEngine: { use: 'table.duckdb', memory: '1GiB' },`,
  'names of other kinds of values': "cache: false, executor: 'local', tableEngine: 'table.duckdb'",
  'components of a plugin without types': `
    servings: { own: { use: 'own.chat', anything: 1, retries: 2 } },
    storages: { own: { use: 'own.rows', anything: true } },`,
} as const

/** A plugin that publishes no types. */
const untyped = definePlugin({
  name: 'own',
  servings: [
    defineServing({
      name: 'own.chat',
      description: 'x',
      kind: 'llm',
      options: z.looseObject({}),
      create: () => never(),
    }),
  ],
  storages: [
    defineStorage({
      name: 'own.rows',
      description: 'x',
      sink: defineSink({ options: z.looseObject({}), open: () => never() }),
    }),
  ],
})

function never(): never {
  throw new TypeError('Nothing is made for its types.')
}

let faults: ReadonlyMap<string, readonly string[]>
const saidOf = (name: string) => faults.get(`${name.replaceAll(' ', '-')}.ts`)?.join('\n')

beforeAll(async () => {
  const folder = createPageFolder()
  const plugins = ['openai', 'chroma', 'lance', 'fs', 'db', 'table'].map((name) => `@maestro-dataflow/plugin-${name}`)
  const project = maestro({ directory: folder, plugins: [...plugins, untyped] })
  const types = await projectTypes(await project.config(), await project.plugins())
  writeFileSync(join(folder, typesFileName), renderTypesFile(types))
  const settings = [
    ...Object.entries(right),
    ...Object.entries(wrong).map(([name, [setting]]) => [name, setting] as const),
  ]
  for (const [name, setting] of settings)
    writeSample(
      folder,
      `${name.replaceAll(' ', '-')}.ts`,
      `import { defineConfig, env } from '@maestro-dataflow/core'\nvoid env\nexport default defineConfig({ ${setting} })\n`,
    )
  faults = checkTypes(folder)
}, 120_000)

describe('with a types file the compiler', () => {
  test.each(Object.entries(wrong))('names what is wrong: %s', (name, [, message]) => {
    expect(saidOf(name)).toMatch(message)
  })

  test.each(Object.keys(right))('takes what is right: %s', (name) => {
    expect(saidOf(name)).toBe('')
  })
})
