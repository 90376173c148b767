import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProjectFolder } from '../__fixtures__/project-folder.js'
import { smallPlugin } from '../__fixtures__/small-plugin.js'
import type { LLMServing } from '../contracts/serving.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'
import { servingError } from '../provider/serving-error.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const ask = defineOperator({
  name: 'test.ask',
  kind: 'map',
  options: {},
  adds: { answer: 'string' },
  inject: [SERVINGS],
  servings: () => [{ kind: 'llm', name: 'default' }],
  create: (_, [servings]) => {
    const model = servings.get('default', 'llm')
    return async (row, { run, step, rowId, signal }) => {
      const messages = [{ role: 'user', content: String(row.text) }] as const
      return { ...row, answer: (await model.generate({ messages }, { run, step, rowId, signal })).text }
    }
  },
})

/** A server that breaks after some answers, and its calls. */
function breaking(answers: number) {
  let calls = 0
  let brokeAt: number | undefined
  let lastAt = 0
  const serving: LLMServing = {
    kind: 'llm',
    name: 'away',
    identity: {},
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate() {
      if (calls++ < answers)
        return { text: 'yes', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'away' }
      lastAt = Date.now()
      brokeAt ??= lastAt
      throw servingError('away', { status: 503, reason: 'The server moves house.' })
    },
  }
  return { serving, calls: () => calls, brokeAt: () => brokeAt ?? 0, lastedMs: () => lastAt - (brokeAt ?? 0) }
}

/** Runs a pipeline in simulated time, with the default settings. @returns the error that ends the run */
async function runWith(serving: LLMServing) {
  const own = definePlugin({ name: 'test', operators: [ask] })
  const project = maestro({
    plugins: [smallPlugin().plugin, own],
    servings: { default: serving },
    directory: new ProjectFolder().path,
  })
  const rows = Array.from({ length: 2000 }, (_, n) => ({ text: `row ${n}` }))
  const asking = pipeline('asking')
    .from(rows)
    .step(ask, {})
    .write('acme.rows' as never, {} as never)
  let end: { readonly error: unknown } | undefined
  project.run(asking).then(
    () => (end = { error: undefined }),
    (error: unknown) => (end = { error }),
  )
  for (let turn = 0; end === undefined && turn < 20_000; turn++) {
    await vi.advanceTimersByTimeAsync(50)
    await setImmediate()
  }
  await project.dispose()
  return end === undefined ? 'the run did not end' : end.error
}

test('two minutes of nothing but failures end a run, which says what the server says and since when', async () => {
  const server = breaking(50)
  const error = await runWith(server.serving)
  expect(error).toMatchObject({
    code: 'MAESTRO_SERVING_UNAVAILABLE',
    message: expect.stringContaining('The server moves house.'),
    details: { since: expect.any(String) },
    report: { status: 'failed' },
  })
  const { since } = (error as { details: { since: string } }).details
  expect(Math.abs(Date.parse(since) - server.brokeAt())).toBeLessThan(10_000)
  // The simulated time goes on while the run is closed.
  expect(server.lastedMs()).toBeGreaterThan(100_000)
  expect(server.lastedMs()).toBeLessThan(150_000)
  expect(server.calls()).toBeLessThan(1000)
}, 120_000)

test('a server that has never answered ends a run by its first rows', async () => {
  const server = breaking(0)
  const error = await runWith(server.serving)
  expect(error).toMatchObject({ report: { status: 'failed' } })
  expect(String((error as Error).message)).toContain('The server moves house.')
  expect(server.lastedMs()).toBeLessThan(150_000)
}, 120_000)
