// Workers that have something else than the run: each says what.
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, type OtherMachine, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

interface Difference {
  readonly machine?: OtherMachine
  /** Changed files. */
  readonly files?: Readonly<Record<string, string | object>>
}

const double = (factor: number) => `import { definePlugin, defineOperator } from '@maestro-dataflow/core'
import { z } from 'zod'
const double = defineOperator({
  name: 'own.double', kind: 'map', options: z.object({ column: z.string() }),
  create: ({ column }) => (row) => ({ ...row, [column]: row.n * ${factor} }),
})
export default definePlugin({ name: 'own', operators: [double] })
`
/** The last row waits until all others have refused. */
const pipeline = (column: string) => `import { appendFileSync, existsSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
import { isUnlucky } from '#rules'
import 'far'
const { word } = await import(\`../words/\${'en'}.js\`)
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    while (row.n === 59 && !existsSync('told')) await new Promise((resolve) => setTimeout(resolve, 20))
    if (isUnlucky(row.n)) throw new Error(word)
    return row
  })
  .step('own.double', { column: '${column}' })
  .filter((row) => row.n % 3 !== 0)
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`
const files = {
  'package.json': { type: 'module', imports: { '#rules': './rules/unlucky.js' } },
  'own.js': double(2),
  'rules/unlucky.js': 'export const isUnlucky = (n) => n % 97 === 5\n',
  'words/en.js': "export const word = 'unlucky'\n",
  'pipelines/node_modules/far/package.json': { name: 'far', version: '1.0.0', main: 'far.js' },
  'pipelines/node_modules/far/far.js': '',
  'pipelines/work.js': pipeline('twice'),
}
const differences: readonly (Difference & { readonly told: readonly string[] })[] = [
  {
    told: ['the version of MaestroDataflow', 'the major version of Node.js'],
    machine: { node: '23.4.0', core: '99.0.0' },
  },
  {
    told: ['the file own.js', 'the file rules/unlucky.js', 'the file words/en.js'],
    files: {
      'own.js': double(3),
      'rules/unlucky.js': 'export const isUnlucky = () => false\n',
      'words/en.js': "export const word = 'other'\n",
    },
  },
  {
    told: ['the options of 2-own.double', 'the package far'],
    files: {
      'pipelines/node_modules/far/package.json': { version: '2.0.0', main: 'far.js' },
      'pipelines/work.js': pipeline('double'),
    },
  },
]

test('workers with other versions, files, or options refuse in words, and one that has the same does the work', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const plugins = ['@maestro-dataflow/plugin-bullmq', '@maestro-dataflow/plugin-fs', './own.js']
  const project = (folder: string | undefined, changed: Difference['files'] = {}) => {
    const made = new WorkersProject(urlOf(redis), folder === undefined ? {} : { folder }, plugins)
    cleanUp.push(() => made.remove())
    made.input(60)
    for (const [path, content] of Object.entries({ ...files, ...changed })) made.write(path, content)
    return made
  }
  const made = project(undefined)
  const folder = `${made.folder}/.maestro/workers`
  const same = made.worker()
  const others = differences.map(({ told, machine = {}, files }) => ({
    told,
    worker: project(folder, files).start(['worker'], machine),
  }))
  await Promise.all([same, ...others.map(({ worker }) => worker)].map((worker) => worker.wrote('Waits for runs')))
  const run = made.run()
  for (const { told, worker } of others) {
    await worker.wrote('Cannot take part in a run')
    for (const what of told) await worker.wrote(what)
  }
  made.write('told', '')
  const { code, stdout, stderr } = await run.finished
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).warnings).toBeUndefined()
  expect(made.result({ stdout }).output).toBe(expectedOf(60).output)
  expect(made.ran()).toHaveLength(60)
  expect(new Set(made.ran().map(({ pid }) => pid)).size).toBe(1)
})
