// What ends a run early does so in the same way, whether its steps run in one process or in workers.
import { openProject } from '@maestro-dataflow/core/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { startCountingModel } from './counting-model.ts'
import { FileProject } from './project.ts'
import { urlOf } from './url-of.ts'

const rows = 60
const files = (steps: string) => ({
  'in.jsonl': Array.from({ length: rows }, (_, n) => `${JSON.stringify({ n })}\n`).join(''),
  'pipelines/steps.mjs': `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('steps').read('fs.file', { path: 'in.jsonl', key: 'n' })${steps}.write('fs.file', { path: 'out.jsonl' })
`,
})

/** Runs some steps in this process, and then in a worker. */
async function both(steps: string, config: object = {}) {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  onTestFinished(redis.stop)
  const url = urlOf(redis)
  const plugins = ['fs', 'ai', 'openai', 'text', 'bullmq'].map((name) => `@maestro-dataflow/plugin-${name}`)
  const executor = { use: 'bullmq.queue', url, rows: 4 }
  const settings = { limits: { use: 'bullmq.limits', url }, ...config, plugins }
  const project = new FileProject(files(steps))
  const local = await project.run('steps', 'local', settings)
  project.configure(executor, settings)
  const worker = openProject({ cwd: project.path })
  const stop = new AbortController()
  const work = worker.work({ concurrency: 2, tags: [], signal: stop.signal })
  try {
    const there = await project.run('steps', executor, settings)
    expect(project.plan().stages.flatMap(({ workers = [] }) => workers)).not.toEqual([])
    expect(JSON.stringify(there.report)).not.toContain('did the work itself')
    return { local, there }
  } finally {
    stop.abort()
    await work
    await worker.dispose()
  }
}

const failing = (condition: string) =>
  `.map((row) => { if (${condition}) throw new Error('no ' + row.n); return row }, { id: 'refuse' })`
const cases = [
  { what: 'onError', condition: 'row.n === 37', run: { onError: 'fail' }, code: 'MAESTRO_STEP_FAILED' },
  { what: 'maxRejects', condition: 'row.n % 10 === 3', run: { maxRejects: 4 }, code: 'MAESTRO_RUN_TOO_MANY_REJECTS' },
  { what: 'failFast', condition: 'true', run: { failFast: 5 }, code: 'MAESTRO_RUN_ALL_FAILED' },
]

test.each(cases)('run.$what ends a run with workers as one without', async ({ condition, run, code }) => {
  const { local, there } = await both(failing(condition), { run })
  expect(local.error?.code).toBe(code)
  // Which rows have failed by then depends on which came back first.
  expect(there.error?.code).toBe(code)
  expect([local.output, there.output]).toEqual([undefined, undefined])
})

test('all rows may be rejected but one', async () => {
  const { local, there } = await both(failing('row.n !== 1'), { run: { maxRejects: '100%', failFast: 100 } })
  expect(local.report.counts).toMatchObject({ rowsOut: 1, rejected: rows - 1 })
  expect([there.output, there.rejects]).toEqual([local.output, local.rejects])
})

test('a budget ends a run with workers as one without, and no call is made beyond it', async () => {
  const model = await startCountingModel(5)
  const { local, there } = await both(`.step('ai.generate', { prompt: 'What of row {{n}}?', output: 'said' })`, {
    servings: { default: { use: 'openai.chat', baseUrl: model.baseUrl, apiKey: 'a key', model: 'counting' } },
    budgets: { run: { requests: 20 } },
  })
  expect(local.error?.code).toBe('MAESTRO_BUDGET_REACHED')
  expect([there.error?.code, there.output]).toEqual([local.error?.code, local.output])
  expect(model.calls()).toBeLessThanOrEqual(2 * 20)
})
