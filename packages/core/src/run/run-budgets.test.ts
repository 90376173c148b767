import { expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { ask, Question, smallPlugin } from '../__fixtures__/small-plugin.js'
import type { LLMServing } from '../contracts/serving.js'
import type { Budgets } from '../contracts/serving-settings.js'
import { pipeline } from '../define/pipeline.js'
import { type MaestroOptions, maestro } from '../maestro.js'

/** Each call costs one dollar and takes ten tokens. */
function paid(price: LLMServing['price'] = { input: 0, request: 1 }) {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'paid',
    provider: 'acme',
    price,
    identity: {},
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      const text = String(messages.at(-1)?.content)
      asked.push(text)
      return { text, finishReason: 'stop', usage: { inputTokens: 6, outputTokens: 4 }, model: 'm' }
    },
  }
  return { serving, asked }
}

const texts = Array.from({ length: 10 }, (_, n) => `text ${n}`)
const asking = pipeline('p')
  .from(texts.map((text) => ({ text })))
  .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false }, { id: 'ask' })
  .write('acme.rows' as never, {} as never)

function project(
  serving: LLMServing,
  budgets: Budgets,
  more: MaestroOptions = { directory: new ProjectFolder().path },
) {
  const { plugin, written } = smallPlugin()
  return { instance: maestro({ plugins: [plugin], servings: { default: serving }, budgets, ...more }), written }
}

test.each<[string, Budgets]>([
  ['the run', { run: { usd: 4 } }],
  ['step ask', { steps: { ask: { usd: 4 } } }],
  ['provider acme', { providers: { acme: { requests: 4 } } }],
])(
  'at the cap of %s the run stops and no output appears; with a higher one only the rest is asked',
  async (scope, budgets) => {
    const { serving, asked } = paid()
    const folder = { directory: new ProjectFolder().path }
    const first = project(serving, budgets, folder)
    const error = await errorOf(() => first.instance.run(asking))
    expect(error).toMatchObject({ code: 'MAESTRO_BUDGET_REACHED', details: { scope, spent: 4 } })
    expect((error as unknown as { report: object }).report).toMatchObject({
      status: 'failed',
      usage: { requests: expect.any(Number) },
    })
    expect(asked).toHaveLength(4)
    expect(first.written).toEqual([])
    await first.instance.dispose()

    const second = project(serving, { run: { usd: 6 } }, folder)
    const report = await second.instance.run(asking)
    expect(report.usage).toMatchObject({ requests: 6, reusedAnswers: 4, cost: 6 })
    expect(asked.toSorted()).toEqual(texts)
    expect(second.written.map(({ answer }) => answer)).toEqual(texts)
    await second.instance.dispose()
  },
)

test('a budget of 0 asks nothing; a serving that costs nothing may still be asked', async () => {
  const { serving, asked } = paid()
  expect(await errorOf(() => project(serving, { run: { usd: 0 } }).instance.run(asking))).toMatchObject({
    code: 'MAESTRO_BUDGET_REACHED',
  })
  expect(asked).toEqual([])
  const free = paid({ input: 0 })
  expect(await project(free.serving, { run: { usd: 0 } }).instance.run(asking)).toMatchObject({ status: 'done' })
})

test('dollars cannot be bounded where the price is not known, and nothing is asked', async () => {
  const { serving, asked } = paid()
  const unpriced = { ...serving, price: undefined }
  expect(await errorOf(() => project(unpriced, { run: { usd: 100 } }).instance.run(asking))).toMatchObject({
    code: 'MAESTRO_BUDGET_UNPRICED',
  })
  expect(asked).toEqual([])
  const report = await project(unpriced, { run: { tokens: 100_000 } }).instance.run(asking)
  expect(report.usage).toMatchObject({ requests: 10, cost: undefined })
})

test.each([-1, Number.NaN, '5'])('a budget of %j is not valid', async (usd) => {
  const error = await errorOf(() => project(paid().serving, { run: { usd: usd as number } }).instance.run(asking))
  expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
  expect(error.message).toContain('budgets.run.usd: a number of 0 or more is expected')
})
