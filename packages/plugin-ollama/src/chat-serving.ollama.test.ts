import type { JsonSchema, LLMRequest, Message } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { ollama } from './__fixtures__/real-ollama.js'
import { OllamaChatServing } from './chat-serving.js'
import type { OllamaChatOptions } from './chat-serving-options.js'

const { url = '', model = '' } = ollama ?? {}

const serve = (options: Partial<OllamaChatOptions> = {}) =>
  new OllamaChatServing({ model, host: url, temperature: 0, seed: 1, maxTokens: 30, contextTokens: 512, ...options })
const ask = (content: string): readonly Message[] => [{ role: 'user', content }]
const capital: LLMRequest = { messages: ask('What is the capital of France?') }

/** Many texts, each with a length of its own. */
const fields = Object.fromEntries(
  Array.from({ length: 60 }, (_, number) => [`p${number}`, { type: 'string', maxLength: 900 + number }]),
)

describe.skipIf(ollama === undefined)('a chat with a real Ollama', () => {
  test('answers, and reports a limit that is too short', async () => {
    const result = await serve().generate(capital)
    expect(result).toMatchObject({ finishReason: 'stop', model, usage: { inputTokens: expect.any(Number) } })
    expect(result.text).toContain('Paris')
    expect(result.usage.inputTokens).toBeGreaterThan(8)
    const cut = await serve().generate({ ...capital, maxTokens: 3 })
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 3 } })
  })

  test('a caller with a listener receives the pieces of the text while it is written', async () => {
    const pieces: string[] = []
    const { text } = await serve().generate(capital, { onText: (piece) => pieces.push(piece) })
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.join('')).toBe(text)
  })

  test('system messages and earlier turns reach the model', async () => {
    const shown = [
      ['apple', 'fruit'],
      ['dog', 'animal'],
      ['pear', 'fruit'],
      ['cat', 'animal'],
    ].flatMap(([word = '', kind = '']): readonly Message[] => [
      { role: 'user', content: word },
      { role: 'assistant', content: kind },
    ])
    const turns: readonly Message[] = [{ role: 'system', content: 'You sort words.' }, ...shown, ...ask('apple')]
    // Ollama makes words that were there before less likely; held to two, the model goes by what it was shown.
    const result = await serve().generate({ messages: turns, schema: { enum: ['animal', 'fruit'] } })
    expect(result.object).toBe('fruit')
    const bare = await serve().generate({ messages: ask('apple'), maxTokens: 1 })
    expect(result.usage.inputTokens).toBeGreaterThan(bare.usage.inputTokens + 20)
  })

  test('follows a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { tone: { enum: ['good', 'bad'] }, stars: { type: 'integer' } },
      required: ['tone', 'stars'],
    }
    const { object } = await serve().generate({ messages: ask('Rate this review: I loved it.'), schema, maxTokens: 60 })
    expect(object).toEqual({ tone: expect.stringMatching(/^(good|bad)$/), stars: expect.any(Number) })
  })

  test.each<[string, JsonSchema]>([
    ['the largest that is sent', { type: 'string', maxLength: 1000 }],
    ['larger than a grammar can hold', { type: 'string', maxLength: 1_000_000 }],
    ['nested', { type: 'array', maxItems: 1000, items: { type: 'string', maxLength: 1000 } }],
    [
      'nested twice',
      { type: 'array', maxItems: 50, items: { type: 'array', maxItems: 50, items: { type: 'number' } } },
    ],
    ['in many properties', { type: 'object', properties: fields, required: ['p0'] }],
  ])(
    'lengths of a schema do not stop the server: %s',
    async (_, schema) => {
      const { text } = await serve().generate({ messages: ask('Write the words good and bad.'), schema, maxTokens: 12 })
      expect(text).not.toBe('')
    },
    60_000,
  )

  test('a schema that it cannot follow is a fault of the request', async () => {
    const schema = { type: 'object', properties: { next: { $ref: '#/nowhere' } } }
    await expect(serve().generate({ ...capital, schema })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_SCHEMA_REFUSED',
      retryable: false,
    })
  })

  test('the same seed gives the same answer, another sample another', async () => {
    const request = { messages: ask('Tell me a story about a fox.'), temperature: 1, seed: 5, maxTokens: 16 }
    const first = await serve().generate(request)
    expect((await serve().generate(request)).text).toBe(first.text)
    expect((await serve().generate({ ...request, sample: 1 })).text).not.toBe(first.text)
  })

  test('a stop text ends the answer, and those of the model stay', async () => {
    const { text } = await serve().generate({ ...capital, stop: ['Paris'] })
    expect(text).not.toContain('Paris')
    const { text: whole, finishReason } = await serve().generate({ ...capital, stop: ['not in the text'] })
    expect(whole).toContain('Paris')
    expect(whole).not.toContain('<|im_end|>')
    expect(finishReason).toBe('stop')
  })

  test('a prompt that is too long is refused, be it one turn or several', async () => {
    const tooLong = { code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG', details: { limit: 128 } }
    const small = serve({ contextTokens: 128 })
    await expect(small.generate({ messages: ask('word '.repeat(200)) })).rejects.toMatchObject(tooLong)
    const example = (n: number): readonly Message[] => [
      { role: 'user', content: `Example ${n}: ${'word '.repeat(12)}` },
      { role: 'assistant', content: 'Yes.' },
    ]
    const chat = (examples: number) => [
      { role: 'system' as const, content: 'Be brief.' },
      ...Array.from({ length: examples }, (_, n) => example(n)).flat(),
      ...ask('And this?'),
    ]
    await expect(small.generate({ messages: chat(8), maxTokens: 4 })).rejects.toMatchObject(tooLong)
    const fits = await small.generate({ messages: chat(2), maxTokens: 4 })
    expect(fits.usage.inputTokens).toBeGreaterThan(64)
  })

  test('an answer ends where the context is full', async () => {
    const { text, finishReason, usage } = await serve({ contextTokens: 64 }).generate({
      messages: ask('Tell me a very long story about a fox and a goose.'),
      maxTokens: 200,
      schema: { type: 'string', minLength: 600 },
    })
    expect(finishReason).toBe('length')
    expect(usage.inputTokens).toBeLessThan(64)
    expect(text.split(' ').length).toBeLessThan(64)
  })

  test('an image for a model that does not see is refused', async () => {
    const content = [{ type: 'image', data: Uint8Array.of(0xff, 0xd8, 0xff) }] as const
    await expect(serve().generate({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
      code: 'MAESTRO_OLLAMA_MEDIA',
    })
  })

  test('a model that is missing: the command that fetches it', async () => {
    await expect(serve({ model: 'not-there' }).generate(capital)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_NOT_FOUND',
      hint: expect.stringContaining('ollama pull not-there'),
    })
  })

  test('an abort ends the work on the server: the next call is not held up', async () => {
    const serving = serve({ host: { url, concurrency: 1 }, maxTokens: 500 })
    const stop = new AbortController()
    let pieces = 0
    const onActivity = () => {
      if (++pieces === 5) stop.abort()
    }
    const long = { messages: ask('Tell me a very long story.'), schema: { type: 'string', minLength: 3000 } }
    await expect(serving.generate(long, { signal: stop.signal, onActivity })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
    expect((await serving.generate(capital)).text).toContain('Paris')
  })

  test('more calls than the server takes at once: each gets its own answer', async () => {
    const capitals = { France: 'Paris', Italy: 'Rome', Japan: 'Tokyo', Spain: 'Madrid', Germany: 'Berlin' }
    const serving = serve()
    const answers = await Promise.all(
      Object.keys(capitals).map((country) =>
        serving.generate({ messages: ask(`What is the capital of ${country}?`), maxTokens: 12 }),
      ),
    )
    for (const [index, city] of Object.values(capitals).entries()) expect(answers[index]?.text).toContain(city)
  })
})
