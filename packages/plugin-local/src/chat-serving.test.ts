import { afterAll, describe, expect, test } from 'vitest'
import { LocalChatServing } from './chat-serving.js'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const serving = new LocalChatServing(
  { model: 'smollm2-135m-instruct', sequences: 2, maxTokens: 16, directory: '.' },
  silent,
)
afterAll(() => serving.dispose())

const ask = (content: string) => [{ role: 'user', content }] as const

describe('local.chat on a real model', () => {
  test('answers, counts tokens and says why it ended', async () => {
    const result = await serving.generate({ messages: ask('What is the capital of France?'), maxTokens: 24 })
    expect(result.text).toContain('Paris')
    expect(result.usage.inputTokens).toBeGreaterThan(5)
    expect(result.usage.outputTokens).toBeGreaterThan(0)
    const cut = await serving.generate({ messages: ask('Tell me a long story.'), maxTokens: 4 })
    expect(cut.finishReason).toBe('length')
  })

  test('a schema is followed by construction', async () => {
    const schema = { type: 'object', properties: { tone: { enum: ['good', 'bad'] } }, required: ['tone'] }
    const result = await serving.generate({ messages: ask('I love it! Tone?'), schema, maxTokens: 100 })
    expect(['good', 'bad']).toContain((result.object as { tone: string }).tone)
  })

  test('more calls than sequences: each gets its own answer', async () => {
    const answers = await Promise.all(
      ['red', 'green', 'blue', 'black'].map((word) => serving.generate({ messages: ask(`Repeat the word: ${word}`) })),
    )
    expect(answers).toHaveLength(4)
    expect(answers[0]?.text.toLowerCase()).toContain('red')
  })

  test('a prompt that is too long is refused with both numbers', async () => {
    await expect(serving.generate({ messages: ask('word '.repeat(3000)) })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG',
      details: { limit: 2048 },
    })
  })

  test('abort and time-out end a call, and the next one works', async () => {
    const stop = new AbortController()
    const aborted = serving.generate(
      { messages: ask('Tell me a long story.'), maxTokens: 400 },
      { signal: stop.signal },
    )
    setTimeout(() => stop.abort(), 50)
    await expect(aborted).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await expect(
      serving.generate({ messages: ask('Tell me a long story.'), maxTokens: 800 }, { timeout: 100 }),
    ).rejects.toMatchObject({ code: 'MAESTRO_SERVING_TIMEOUT' })
    await expect(serving.generate({ messages: ask('Hello') })).resolves.toMatchObject({
      model: 'smollm2-135m-instruct',
    })
  })

  test('an unknown model is named with the known ones', async () => {
    const other = new LocalChatServing({ model: 'nope', directory: '.' }, silent)
    await expect(other.generate({ messages: ask('x') })).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_MODEL_UNKNOWN' })
  })
})
