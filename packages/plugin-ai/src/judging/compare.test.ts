import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { Comparer } from './compare.js'

/** Finds the text `good` better, wherever it stands; where there is none, the first. */
const fair = () =>
  scriptedServing((request) => {
    const question = questionOf(request)
    const better = question.includes('<b>\ngood') ? 'b' : 'a'
    return { object: { reason: `${better} reads well`, better } }
  })

const criterion = 'Which is clearer?'

test('the better of two columns, with the reason', async () => {
  const serving = fair()
  const storage = new MemoryStorage([
    { old: 'bad', new: 'good' },
    { old: 'good', new: 'bad' },
  ])
  const comparer = new Comparer({ serving, inputs: { a: 'old', b: 'new' }, criterion })
  expect(comparer.columns).toEqual({
    reads: ['old', 'new'],
    adds: { better: 'string', better_reason: 'string' },
  })
  await comparer.run(storage)
  expect((await storage.rows()).map((row) => [row.better, row.better_reason])).toEqual([
    ['b', 'b reads well'],
    ['a', 'a reads well'],
  ])
  expect(serving.requests[0]?.messages[0]?.content).toContain(criterion)
  expect(questionOf(serving.requests[0] as never)).toBe('<a>\nbad\n</a>\n\n<b>\ngood\n</b>')
})

test('both orders are asked, an answer that changes with the order is a tie, and the answer names a column', async () => {
  const serving = fair()
  const storage = new MemoryStorage([
    { a: 'bad', b: 'good' },
    { a: 'same', b: 'equal' },
  ])
  await new Comparer({ serving, inputs: { a: 'a', b: 'b' }, criterion, bothOrders: true, output: 'winner' }).run(
    storage,
  )
  expect(await storage.rows()).toEqual([
    { a: 'bad', b: 'good', winner: 'b', winner_reason: 'b reads well' },
    { a: 'same', b: 'equal', winner: 'tie', winner_reason: 'a reads well\n(b before a:) a reads well' },
  ])
  expect(serving.requests).toHaveLength(4)
})

test("in a pipeline: without a reason, in Chinese, by a prompt of one's own in both orders", async () => {
  const serving = scriptedServing((request) => ({
    object: {
      better: questionOf(request).startsWith('Better? good')
        ? 'a'
        : questionOf(request).startsWith('Better?')
          ? 'b'
          : 'tie',
    },
  }))
  const asked = pipeline('p')
    .from([{ a: 'good', b: 'bad' }])
    .step('ai.compare', { inputs: { a: 'a', b: 'b' }, criterion: '哪个更清楚？', language: 'zh', reason: false })
    .step('ai.compare', {
      inputs: { a: 'a', b: 'b' },
      prompt: prompt('Better? {{a}} or {{b}}'),
      bothOrders: true,
      reason: false,
      output: 'own',
    })
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(asked))).toEqual([
    { a: 'good', b: 'bad', better: 'tie', own: 'a' },
  ])
  expect(serving.requests[0]?.messages[0]?.content).toContain('请比较文本 a 和 b：哪个更清楚？')
})

test('a column beside itself, and nothing to go by, are errors', () => {
  const serving = fair()
  expect(() => new Comparer({ serving, inputs: { a: 'a', b: 'a' }, criterion })).toThrow('a column other than `a`')
  expect(() => new Comparer({ serving, inputs: { a: 'a', b: 'b' } })).toThrow('criterion')
})
