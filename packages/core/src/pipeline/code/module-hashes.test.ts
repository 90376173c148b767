import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { moduleHashes } from './module-hashes.js'

test('the files that a pipeline imports, directly or not, belong to it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-modules-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  write(
    'pipelines/work.ts',
    `import { a } from '../lib/a.ts'\nimport type { B } from "../lib/b.js";\nimport './effects.mjs'\nconst later = await import('../lib/later.ts')\nimport { core } from 'core'`,
  )
  write(
    'lib/a.ts',
    `export * from './words.json'\nimport data from './words.json' with { type: 'json' }\nimport { loop } from '../pipelines/work.ts'`,
  )
  write('lib/words.json', '[]')
  write('lib/later.ts', `require('./old.cjs')`)
  write('lib/old.cjs', '')
  write('pipelines/effects.mjs', '')
  write('lib/unused.ts', '')
  const before = moduleHashes(join(folder, 'pipelines/work.ts'), folder)
  expect(Object.keys(before).toSorted()).toEqual(
    ['lib/a.ts', 'lib/later.ts', 'lib/old.cjs', 'lib/words.json', 'pipelines/effects.mjs', 'pipelines/work.ts'].map(
      (name) => `the file ${name}`,
    ),
  )
  write('lib/old.cjs', '// changed')
  const { 'the file lib/old.cjs': changed, ...others } = moduleHashes(join(folder, 'pipelines/work.ts'), folder)
  expect(changed).not.toBe(before['the file lib/old.cjs'])
  expect(before).toMatchObject(others)
  expect(moduleHashes(join(folder, 'lib/words.json'), folder)).toEqual({})
})
