import { describePlugin, describePrompt } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'
import plugin, { ReplyPrompt } from '../src/index.js'

describePlugin(plugin)
// Each tone has a version of its own, so that answers are not reused for another one.
describePrompt(() => new ReplyPrompt({ input: 'review', tone: 'friendly' }), {
  others: [() => new ReplyPrompt({ input: 'review', tone: 'formal' })],
})

test('asks about a column in a tone', () => {
  const [system, user] = new ReplyPrompt({ input: 'review', tone: 'formal' }).messages({ review: 'It broke.' })
  expect(system).toEqual({ role: 'system', content: expect.stringContaining('formal') })
  expect(user).toEqual({ role: 'user', content: 'It broke.' })
})
