import { expect, test } from 'vitest'
import { ProjectFolder } from '../../__fixtures__/project-folder.js'
import { ask, Question, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { LLMServing } from '../../contracts/serving.js'
import { pipeline } from '../../define/pipeline.js'
import { maestro } from '../../maestro.js'

/** A model whose answers take as many tokens as the question has letters. */
function counting(price?: LLMServing['price']) {
  let calls = 0
  const serving: LLMServing = {
    kind: 'llm',
    name: 'counting',
    price,
    identity: {},
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      calls++
      const text = String(messages.at(-1)?.content)
      return { text, finishReason: 'stop', usage: { inputTokens: 10, outputTokens: text.length }, model: 'm' }
    },
  }
  return { serving, calls: () => calls }
}

const project = (serving: LLMServing) =>
  maestro({ plugins: [smallPlugin().plugin], servings: { default: serving }, directory: new ProjectFolder().path })

const asked = (texts: readonly string[]) =>
  pipeline('p')
    .from(texts.map((text) => ({ text })))
    .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false })

/** Questions of one to nine letters, no two alike. */
const texts = Array.from({ length: 1000 }, (_, n) => `${n}`.padStart(4, '0') + 'x'.repeat(n % 5))

test('the ranges that a few rows yield contain the true values', async () => {
  const { serving, calls } = counting({ input: 2, output: 10 })
  const estimate = await project(serving).estimate(asked(texts), 40)
  expect(calls()).toBe(40)
  expect(estimate).toMatchObject({ probes: 40, rows: { count: 1000, exact: true }, rejected: 0 })
  const [step] = estimate.steps
  expect(step).toMatchObject({ serving: 'counting', requests: { low: 1000, high: 1000 } })
  expect(step?.inputTokens).toEqual({ low: 10_000, high: 10_000 })
  const output = texts.reduce((sum, { length }) => sum + length, 0)
  expect(step?.outputTokens.low).toBeLessThan(output)
  expect(step?.outputTokens.high).toBeGreaterThan(output)
  const cost = (10_000 * 2 + output * 10) / 1e6
  expect(step?.cost?.low).toBeLessThan(cost)
  expect(step?.cost?.high).toBeGreaterThan(cost)
  expect(estimate.total.cost).toEqual(step?.cost)
  expect(estimate.total.seconds.high).toBeGreaterThanOrEqual(estimate.total.seconds.low)
})

test('all rows tried: no range is left', async () => {
  const { serving } = counting({ input: 0 })
  const { rows, total } = await project(serving).estimate(asked(texts.slice(0, 7)), 20)
  expect(rows).toEqual({ count: 7, exact: true })
  expect(total).toMatchObject({
    requests: { low: 7, high: 7 },
    inputTokens: { low: 70, high: 70 },
    cost: { low: 0, high: 0 },
  })
})

test('a price that is not known makes no cost of nothing', async () => {
  const { serving } = counting()
  expect((await project(serving).estimate(asked(texts), 5)).total.cost).toBeUndefined()
})

test('rows that ask the same count once', async () => {
  const { serving } = counting({ input: 1 })
  const same = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? 'same' : `other ${n}`))
  const { steps } = await project(serving).estimate(asked(same), 10)
  expect(steps[0]?.requests).toEqual({ low: 51, high: 51 })
})

test('only the rows that match the condition of a step are counted and tried', async () => {
  const { serving, calls } = counting({ input: 2 })
  const rows = texts.map((text, n) => ({ text, lang: n % 100 === 0 ? 'no' : 'en' }))
  const estimate = await project(serving).estimate(
    pipeline('p')
      .from(rows)
      .step(
        ask,
        { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false },
        { where: { lang: 'no' } },
      ),
    5,
  )
  expect(calls()).toBe(5)
  expect(estimate).toMatchObject({ rows: { count: 1000 }, total: { requests: { low: 10, high: 10 } } })
  expect(estimate.uncertain).toEqual([])
})

test('a condition in code is estimated from the tried rows', async () => {
  const { serving } = counting({ input: 2 })
  const estimate = await project(serving).estimate(
    pipeline('p')
      .from(texts.map((text, n) => ({ text, n })))
      .step(
        ask,
        { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false },
        { where: ({ n }) => Number(n) % 2 === 0 },
      ),
    60,
  )
  const { low, high } = estimate.total.requests
  expect(low).toBeLessThan(500)
  expect(high).toBeGreaterThan(500)
  expect(high).toBeLessThan(1000)
})

test('answers of an earlier try count with their original usage, and are not requested again', async () => {
  const { serving, calls } = counting({ input: 1 })
  const instance = project(serving)
  const first = await instance.estimate(asked(texts), 10)
  const again = await instance.estimate(asked(texts), 10)
  expect(again.total.inputTokens).toEqual(first.total.inputTokens)
  expect(again.total.cost).toEqual(first.total.cost)
  expect(calls()).toBe(10)
})

test('no step asks a model; rows that can be read once only', async () => {
  const plain = await maestro({ directory: new ProjectFolder().path }).estimate(pipeline('p').from([{ a: 1 }]), 5)
  expect(plain).toMatchObject({ steps: [], total: { requests: { low: 0, high: 0 }, cost: { low: 0, high: 0 } } })
  function* generated() {
    for (const text of texts) yield { text }
  }
  const { serving } = counting({ input: 1 })
  const once = pipeline('p')
    .from(generated())
    .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false })
  const { rows, total } = await project(serving).estimate(once, 5)
  expect(rows).toBeUndefined()
  expect(total.requests).toEqual({ low: 5, high: 5 })
})
