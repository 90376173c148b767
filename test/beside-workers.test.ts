// Steps that stay in the process of the run, between steps that threads run: the result is that of one thread.
import { expect, test } from 'vitest'
import { startCountingModel } from './workers/counting-model.js'
import { FileProject } from './workers/project.js'

const threads = { use: 'threads', threads: 2 }
const plugins = ['fs', 'ai', 'openai', 'table', 'text'].map((name) => `@maestro-dataflow/plugin-${name}`)

const projectOf = (steps: string, rows: number) =>
  new FileProject({
    'in.jsonl': Array.from({ length: rows }, (_, n) => `{"n":${n},"text":"text ${n % 7}"}\n`).join(''),
    'pipelines/steps.mjs': `
      import { pipeline } from '@maestro-dataflow/core'
      globalThis.isHere ??= process.getBuiltinModule('node:worker_threads').isMainThread
      export default pipeline('steps').read('fs.file', { path: 'in.jsonl' })${steps}.write('fs.file', { path: 'out.jsonl' })
    `,
  })

const workersOf = (project: FileProject) => project.plan().stages.map(({ workers = [] }) => workers)

test('steps over whole tables, between steps in threads', async () => {
  const project = projectOf(
    `.map((row) => { if (row.n % 50 === 9) throw new Error('nine'); return { ...row, half: row.n / 2 } }, { id: 'before' })
     .step('table.sort', { by: ['text', 'n'] }, { id: 'sort' })
     .map((row) => ({ ...row, here: globalThis.isHere ? 'yes' : 'no' }), { id: 'between', concurrency: 1 })
     .step('table.aggregate', { by: ['text', 'here'], values: { rows: 'count(*)', sum: 'sum(half)' } }, { id: 'groups' })
     .map((row) => ({ ...row, mean: row.sum / row.rows }), { id: 'after' })`,
    900,
  )
  const local = await project.run('steps', 'local', { plugins })
  expect(local.error).toBeUndefined()
  expect(local.output?.trim().split('\n')).toHaveLength(7)
  expect(await project.run('steps', threads, { plugins })).toEqual(local)
  expect(workersOf(project).filter((ids) => ids.length > 0)).toEqual([['before'], ['after']])
})

test('steps on some of the rows, as an object and as a function', async () => {
  const project = projectOf(
    `.map((row) => ({ ...row, long: row.text.length }), { id: 'first' })
     .step('text.normalize', { input: 'text', do: ['unicode'] }, { id: 'some', where: { n: { min: 100 } } })
     .map((row) => { if (row.n % 11 === 0) throw new Error('eleven'); return row }, { id: 'refuse' })
     .step('text.normalize', { input: 'text', do: ['lowercase'] }, { id: 'odd', where: (row) => row.n % 2 === 1 })
     .filter((row) => row.n % 5 > 0, { id: 'last' })`,
    400,
  )
  const local = await project.run('steps', 'local', { plugins })
  expect(local.report.counts).toMatchObject({ rowsIn: 400, rejected: 37 })
  const threaded = await project.run('steps', threads, { plugins })
  // Rows overtake each other between steps: which are shown as the first ones depends on time, and all else does not.
  expect({ ...threaded, samples: undefined }).toEqual({ ...local, samples: undefined })
  expect(workersOf(project)).toEqual([['first', 'refuse', 'last']])
})

test('a row that ends its thread behind a model: its answer, and that of the rows beside it, is paid for once', async () => {
  const model = await startCountingModel(1)
  const project = projectOf(
    `.map((row) => ({ ...row, question: 'What of row ' + row.n + '?' }), { id: 'before' })
     .step('ai.generate', { prompt: '{{question}}', output: 'said' }, { id: 'ask' })
     .map((row) => { if (row.n === 21 && !globalThis.isHere) process.exit(3); return row }, { id: 'leave' })`,
    60,
  )
  const servings = { default: { use: 'openai.chat', baseUrl: model.baseUrl, apiKey: 'a key', model: 'counting' } }
  const { report, output } = await project.run('steps', threads, { plugins, servings })
  expect(report).toMatchObject({
    counts: { rowsIn: 60, rowsOut: 59, rejected: 1 },
    rejects: [{ step: 'leave', code: 'MAESTRO_WORKER_CRASHED', rowId: 'in.jsonl:22' }],
    usage: { requests: 60 },
  })
  expect(output).not.toContain('"n":21,')
  expect(model.calls()).toBe(60)
  expect(workersOf(project)).toEqual([['before', 'leave']])
}, 60_000)
