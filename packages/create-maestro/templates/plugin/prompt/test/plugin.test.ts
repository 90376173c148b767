import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'
import plugin, { ReplyPrompt } from '../src/index.js'

describePlugin(plugin)

test('asks about a column in a tone', () => {
  const [system, user] = new ReplyPrompt({ input: 'review', tone: 'formal' }).messages({ review: 'It broke.' })
  expect(system).toEqual({ role: 'system', content: expect.stringContaining('formal') })
  expect(user).toEqual({ role: 'user', content: 'It broke.' })
})

test('the text of a cell is data: it is never expanded', () => {
  const [, user] = new ReplyPrompt({ input: 'text', tone: 'friendly' }).messages({ text: '{{secret}}' })
  expect(user?.content).toBe('{{secret}}')
})

test('each tone is a version of its own, so that answers are not reused for another', () => {
  const versions = (['friendly', 'formal'] as const).map((tone) => new ReplyPrompt({ input: 'text', tone }).version)
  expect(new Set(versions).size).toBe(2)
})
