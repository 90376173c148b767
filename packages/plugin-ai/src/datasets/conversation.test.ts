import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { ConversationGenerator, type ConversationGeneratorOptions } from './conversation.js'

const said = (...messages: readonly (readonly [string, string])[]) =>
  JSON.stringify({ messages: messages.map(([role, content]) => ({ role, content })) })
const good = said(['user', 'Hi'], ['assistant', ' Hello! '])

async function write(answers: readonly string[], options: Partial<ConversationGeneratorOptions> = {}) {
  const serving = scriptedServing(answers)
  const storage = new MemoryStorage([{ topic: 'tea' }])
  const result = await new ConversationGenerator({ serving, input: 'topic', turns: 2, ...options }).run(storage)
  return { ...result, rows: await storage.rows(), serving }
}

test('at once: messages in turns, in the form that models are trained with', async () => {
  const { rows, serving } = await write([good], { personas: { user: 'a beginner' } })
  expect(rows).toEqual([
    {
      topic: 'tea',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello!' },
      ],
    },
  ])
  expect(String(serving.requests[0]?.messages[0]?.content)).toContain('The user: a beginner')
})

test.each([
  ['not in turns', said(['user', 'a'], ['user', 'b'])],
  ['begun by the assistant', said(['assistant', 'a'], ['user', 'b'])],
  ['with an empty message', said(['user', 'a'], ['assistant', ' '])],
  ['too short', said(['user', 'a'])],
])('a conversation that is %s is sent back once, and then no answer', async (_what, wrong) => {
  expect((await write([wrong, good])).rows).toHaveLength(1)
  await expect(write([wrong, wrong])).rejects.toThrow()
})

test('turn by turn, each role sees the earlier turns', async () => {
  const { rows, serving } = await write(['Hi', 'Hello!', 'Which tea?', 'Green.'], {
    method: 'turns',
    turns: 4,
    personas: { assistant: 'a tea seller' },
  })
  expect(rows[0]?.messages).toEqual([
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'Which tea?' },
    { role: 'assistant', content: 'Green.' },
  ])
  const asked = serving.requests.map(questionOf)
  expect(asked[0]).not.toContain('conversation')
  expect(asked[3]).toContain('<conversation>\nuser: Hi\nassistant: Hello!\nuser: Which tea?\n</conversation>')
  expect(String(serving.requests[3]?.messages[0]?.content)).toContain('The assistant: a tea seller')
})

test('the assistant has the last word, alone and in the plan', async () => {
  await expect(write([], { turns: 3 })).rejects.toThrow('even number')
  const asked = pipeline('p')
    .from([{ topic: 'tea' }])
    .step('ai.conversation', { input: 'topic', turns: 5 })
  await expect(maestro({ plugins: [ai], servings: { default: scriptedServing([]) } }).preview(asked)).rejects.toThrow(
    'even number',
  )
})
