import { expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { loadPipeline } from '../pipeline/load-pipeline.js'
import { loadConfig } from './load-config.js'

/** Aliases of aliases: each level refers ten times to the one before. */
function bomb(levels: number): string {
  const list = (name: string) => Array.from({ length: 10 }, () => `*${name}`).join(', ')
  const lines = Array.from({ length: levels }, (_, level) => `l${level + 1}: &l${level + 1} [${list(`l${level}`)}]`)
  return [`l0: &l0 [${'x, '.repeat(9)}x]`, ...lines].join('\n')
}

const read = (text: string) => loadConfig({ cwd: new ProjectFolder({ 'maestro.config.yaml': text }).path })
const pipeline = (text: string) => {
  const { path } = new ProjectFolder({ 'p.yaml': text })
  return loadPipeline('p.yaml', { directory: path, pipelines: [] })
}

test.each([9, 40])(
  'aliases that stand for 10 to the power of %i values are refused, in a config and in a pipeline',
  async (levels) => {
    for (const load of [read, pipeline]) {
      const error = await errorOf(() => load(bomb(levels)))
      expect(error.message).toMatch(/its aliases stand for .* values/)
    }
  },
)

test('an alias of the value that holds it, and levels without end', async () => {
  expect((await errorOf(() => read('a: &a [*a]'))).message).toContain('contains it')
  const deep = new ProjectFolder({ 'maestro.config.json': `{"a":${'['.repeat(9000)}${']'.repeat(9000)}}` })
  expect((await errorOf(() => loadConfig({ cwd: deep.path }))).message).toContain('nested deeper')
})

test('aliases as people use them, and long lists, are good', async () => {
  const { config } = await read('x: &x { use: fs.file, path: a.csv }\nstorages: { a: *x, b: *x }\nlogLevel: info')
  expect(config.storages).toEqual({ a: { use: 'fs.file', path: 'a.csv' }, b: { use: 'fs.file', path: 'a.csv' } })
  const rows = Array.from({ length: 120_000 }, (_, n) => `  - ${n}`).join('\n')
  expect((await read(`pipelines:\n${rows}`)).config.pipelines).toHaveLength(120_000)
})
