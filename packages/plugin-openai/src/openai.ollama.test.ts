import { EnhancedEmbeddingServing, EnhancedLLMServing, generateObject, type LLMRequest } from '@maestro-dataflow/core'
import { describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { OpenAIChatServing } from './chat-serving.js'
import { OpenAIEmbeddingServing } from './embedding-serving.js'

declare module 'vitest' {
  interface ProvidedContext {
    ollama: { readonly url: string; readonly model: string } | undefined
  }
}

const ollama = inject('ollama')
const baseUrl = `${ollama?.url}/v1`
const model = ollama?.model ?? ''
const chat = new OpenAIChatServing({ model, baseUrl, temperature: 0, seed: 1, maxTokens: 32 })
const streaming = new OpenAIChatServing({ model, baseUrl, temperature: 0, seed: 1, maxTokens: 32, stream: true })
const user = (content: string): LLMRequest => ({ messages: [{ role: 'user', content }] })

describe.runIf(ollama !== undefined)('openai.chat on Ollama', () => {
  test('answers, counts tokens and says why it ended, as a whole and in pieces', async () => {
    const question = user('What is the capital of France?')
    const whole = await chat.generate(question)
    expect(whole).toMatchObject({ finishReason: 'stop', text: expect.stringContaining('Paris'), model })
    expect(whole.usage.inputTokens).toBeGreaterThan(5)
    expect(whole.usage.outputTokens).toBeGreaterThan(1)
    let pieces = 0
    expect(await streaming.generate(question, { onActivity: () => pieces++ })).toEqual(whole)
    expect(pieces).toBeGreaterThan(3)
    expect(await chat.generate({ ...user('Tell me a long story.'), maxTokens: 4 })).toMatchObject({
      finishReason: 'length',
      usage: { outputTokens: 4 },
    })
  })

  test('system messages, stop texts', async () => {
    const system = { role: 'system' as const, content: 'Always answer in German.' }
    const alone = await chat.generate(user('Hello'))
    const told = await chat.generate({ messages: [system, ...user('Hello').messages] })
    expect(told.usage.inputTokens).toBeGreaterThan(alone.usage.inputTokens)
    const [first = ''] = alone.text.split(' ')
    const stop = [alone.text.slice(first.length, first.length + 4)]
    expect((await chat.generate({ ...user('Hello'), stop })).text).toBe(first)
  })

  test('a JSON schema is followed: an object, a list, a choice', async () => {
    const serving = new EnhancedLLMServing(chat, { settings: { repairs: 0 } })
    const question = { ...user('The phone is great. Is that good or bad?'), maxTokens: 100 }
    const tone = z.enum(['good', 'bad'])
    expect(['good', 'bad']).toContain((await generateObject(serving, question, z.object({ tone }))).tone)
    const list = await generateObject(serving, question, z.array(tone).max(3))
    expect(list.length).toBeLessThanOrEqual(3)
    expect(['good', 'bad']).toContain(await generateObject(serving, question, tone))
  })

  test('many at once, each gets its own answer', async () => {
    const capitals = { France: 'Paris', Italy: 'Rome', Japan: 'Tokyo', Germany: 'Berlin' }
    const ask = (country: string) => chat.generate(user(`What is the capital of ${country}?`))
    const answers = await Promise.all(Object.keys(capitals).map(ask))
    for (const [index, capital] of Object.values(capitals).entries()) expect(answers[index]?.text).toContain(capital)
  })

  test('CJK and emoji come through', async () => {
    const { text } = await chat.generate({ ...user('请重复：很好 👍'), maxTokens: 24 })
    expect(text.isWellFormed()).toBe(true)
  })

  test('a model that is not there', async () => {
    const missing = new OpenAIChatServing({ model: 'no-such-model', baseUrl })
    await expect(missing.generate(user('Hello'))).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_NOT_FOUND',
      retryable: false,
      message: expect.stringContaining('no-such-model'),
    })
    const wrongAddress = new OpenAIChatServing({ model, baseUrl: ollama?.url })
    await expect(wrongAddress.generate(user('Hello'))).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_NOT_FOUND',
      hint: expect.stringContaining('/v1'),
    })
  })

  test('a prompt or a text that does not fit the context is refused instead of cut, and one that fits is answered', async () => {
    const short = 'openai-short-context'
    const post = (path: string, method: string, body: object) =>
      fetch(`${ollama?.url}/api/${path}`, { method, body: JSON.stringify(body) }).then((response) => response.text())
    await post('create', 'POST', { model: short, from: model, parameters: { num_ctx: 256, num_thread: 1 } })
    const words = (count: number) => Array.from({ length: count }, (_, at) => `${at}`).join(' and ')
    const turns = (...contents: readonly string[]): LLMRequest => ({
      messages: contents.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
    })
    try {
      const serving = new OpenAIChatServing({ model: short, baseUrl, temperature: 0, maxTokens: 4 })
      const tooLong = { code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG', details: { limit: 256 } }
      await expect(serving.generate(turns(words(300)))).rejects.toMatchObject(tooLong)
      await expect(serving.generate(turns(words(50), words(30), words(50)))).rejects.toMatchObject(tooLong)
      const fitting = await serving.generate(turns(words(10), words(5), words(30)))
      expect(fitting.usage.inputTokens).toBeGreaterThan(100)
      const embeddings = new OpenAIEmbeddingServing({ model: short, baseUrl })
      await expect(embeddings.embed([words(10), words(300)])).rejects.toMatchObject({ code: tooLong.code })
      expect((await embeddings.embed([words(10), words(60)])).vectors).toHaveLength(2)
    } finally {
      await post('delete', 'DELETE', { model: short })
    }
    // A second model is loaded, and its prompts are read on few cores.
  }, 400_000)

  test('a wrong parameter', async () => {
    const wrong = { ...user('Hello'), seed: 0.5 }
    await expect(chat.generate(wrong)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BAD_REQUEST' })
  })

  test('an abort in the middle; the next call works', async () => {
    const stop = new AbortController()
    const story = { ...user('Tell me a very long story.'), maxTokens: 1000 }
    const call = streaming.generate(story, { signal: stop.signal, onActivity: () => stop.abort() })
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await expect(chat.generate(story, { timeout: 100 })).rejects.toMatchObject({ code: 'MAESTRO_SERVING_TIMEOUT' })
    expect(await chat.generate({ ...user('Hello'), maxTokens: 2 })).toMatchObject({ finishReason: 'length' })
  })
})

describe.runIf(ollama !== undefined)('openai.embeddings on Ollama', () => {
  const serving = new EnhancedEmbeddingServing(new OpenAIEmbeddingServing({ model, baseUrl, batchSize: 2 }))

  test('a vector per text, in order, whatever the batches', async () => {
    const texts = ['red', 'green', 'blue', '很好 👍', 'red']
    const { vectors, usage } = await serving.embed(texts)
    expect(vectors.map(({ length }) => length)).toEqual(texts.map(() => serving.dimensions))
    expect(vectors.every((vector) => vector.every(Number.isFinite))).toBe(true)
    expect(usage.inputTokens).toBeGreaterThan(texts.length - 1)
    const [alone] = (await serving.embed(['blue'])).vectors
    const distances = vectors.map((vector) => distance(alone, vector))
    expect(distances[2]).toBeLessThan(0.001)
    expect(distances.indexOf(Math.min(...distances))).toBe(2)
  })

  test('a model that is not there', async () => {
    const missing = new OpenAIEmbeddingServing({ model: 'no-such-model', baseUrl })
    await expect(missing.embed(['a'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_NOT_FOUND' })
  })
})

/** Of the directions of two vectors: 0 for the same. */
function distance(one: Float32Array = new Float32Array(), other: Float32Array = new Float32Array()): number {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
  return 1 - dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
}
