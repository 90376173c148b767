import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { CacheFolder } from '../../builtin/__fixtures__/cache-folder.js'
import { createMemoryCache } from '../../builtin/memory-cache.js'
import type { RequestDoneEvent } from '../../contracts/events.js'
import type { ResponseCache } from '../../contracts/response-cache.js'
import type { CallOptions, EmbeddingServing, LLMRequest, LLMResult, LLMServing } from '../../contracts/serving.js'
import { EnhancedEmbeddingServing } from '../enhanced-embedding-serving.js'
import { EnhancedLLMServing } from '../enhanced-llm-serving.js'
import { generateObject } from '../generate-object.js'
import { ServingPlane } from '../serving-plane.js'

const ask = (content: string, more: Partial<LLMRequest> = {}): LLMRequest => ({
  messages: [{ role: 'user', content }],
  ...more,
})

type Answering = (request: LLMRequest, options: CallOptions) => Partial<LLMResult> | Promise<Partial<LLMResult>>

/** A serving that says who it is, so that its answers are kept, and the questions that came to it. */
function provider(answer: Answering, more: Partial<LLMServing> = {}) {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'mine',
    identity: {},
    capabilities: { jsonSchema: true, images: true, audio: false },
    async generate(request, options = {}) {
      asked.push(String(request.messages[0]?.content))
      const given = await answer(request, options)
      return { text: 'yes', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm', ...given }
    },
    ...more,
  }
  return { serving, asked }
}

/** The plane around it, on a cache, and what the plane told. */
function around(serving: LLMServing, cache: ResponseCache | undefined = createMemoryCache(), keep = true) {
  const events: RequestDoneEvent[] = []
  const plane = new ServingPlane({ cache, observer: { requestDone: (event) => events.push(event) } })
  return { enhanced: new EnhancedLLMServing(serving, { plane, settings: { retries: 0, cache: keep } }), plane, events }
}

describe('an answer that is kept', () => {
  test('is returned again without a call, costs nothing, and is reported with its key', async () => {
    const cache = new CacheFolder().open()
    const { serving, asked } = provider(() => ({ cost: 1 }))
    const { enhanced, events } = around(serving, cache)
    const first = await enhanced.generate(ask('a'), { run: 'r', step: 's', rowId: '7' })
    expect(await enhanced.generate(ask('a'))).toEqual(first)
    // Another process would do the same: nothing of it is in this object.
    const later = around(serving, cache)
    expect(await later.enhanced.generate(ask('a'))).toEqual(first)
    expect(asked).toEqual(['a'])
    expect(events.map(({ from, cost }) => [from, cost])).toEqual([
      ['provider', 1],
      ['cache', undefined],
    ])
    const key = events[0]?.key
    expect(events[1]?.key).toBe(key)
    expect((await cache.explain?.(String(key)))?.entry).toMatchObject({
      step: 's',
      rowId: '7',
      parts: { 'message 1 (user)': 'a' },
    })
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['without a text', { text: 7 }],
    ['without its usage', { usage: undefined }],
    ['with a usage that is not numbers', { usage: { inputTokens: 'x', outputTokens: 1 } }],
    ['without a model', { model: null }],
    ['without an end', { finishReason: 'who knows' }],
  ])('%s, because its entry is damaged, is asked for again', async (_, damage) => {
    const cache = createMemoryCache()
    const { serving, asked } = provider(() => ({}))
    const whole = await around(serving, cache).enhanced.generate(ask('a'))
    const get = cache.get.bind(cache)
    cache.get = async (key) => {
      const kept = await get(key)
      return kept === undefined || asked.length > 1 ? kept : { ...kept, ...damage }
    }
    expect(await around(serving, cache).enhanced.generate(ask('a'))).toEqual(whole)
    expect(await around(serving, cache).enhanced.generate(ask('a'))).toEqual(whole)
    expect(asked).toEqual(['a', 'a'])
  })

  test('is not given to another question', async () => {
    const { serving, asked } = provider(({ messages }) => ({ text: String(messages[0]?.content) }))
    const { enhanced } = around(serving)
    for (const question of [ask('a'), ask('b'), ask('a', { sample: 1 }), ask('a', { promptVersion: '2' })])
      await enhanced.generate(question)
    expect(asked).toEqual(['a', 'b', 'a', 'a'])
  })

  test('to a request with a schema passes through the check of each caller', async () => {
    const { serving, asked } = provider(() => ({ text: '{"tone":"good"}' }))
    const { enhanced } = around(serving, new CacheFolder().open())
    const tone = (...tones: [string, ...string[]]) => z.object({ tone: z.enum(tones) })
    expect(await generateObject(enhanced, ask('a'), tone('good', 'bad'))).toEqual({ tone: 'good' })
    expect(await generateObject(enhanced, ask('a'), tone('good', 'bad'))).toEqual({ tone: 'good' })
    expect(asked).toHaveLength(1)
    // Another schema is another question.
    expect(await generateObject(enhanced, ask('a'), tone('good'))).toEqual({ tone: 'good' })
    expect(asked).toHaveLength(2)
  })

  test('an entry of the cache that is not an answer is requested again', async () => {
    const { serving, asked } = provider(() => ({}))
    const cache = createMemoryCache()
    const { enhanced, events } = around(serving, cache)
    await enhanced.generate(ask('a'))
    for (const junk of [{}, { text: 3 }, { text: 'x', finishReason: 'content-filter' }, { vector: 'AAAA' }]) {
      await cache.set(String(events[0]?.key), junk, {})
      expect(await enhanced.generate(ask('a'))).toMatchObject({ text: 'yes' })
    }
    expect(asked).toHaveLength(5)
  })
})

describe('never kept', () => {
  const entries = async (answer: Answering, options: CallOptions = {}, request = ask('a')) => {
    const cache = new CacheFolder().open()
    const { serving, asked } = provider(answer)
    const { enhanced } = around(serving, cache)
    for (let time = 0; time < 2; time++) await enhanced.generate(request, options).catch(() => undefined)
    return { entries: (await cache.stats()).entries, asked: asked.length }
  }

  test.each<[string, Answering, LLMRequest?]>([
    ['an error', () => Promise.reject(new TypeError('broken'))],
    ['an answer that was cut off', () => ({ finishReason: 'length' })],
    ['one that was withheld', () => ({ finishReason: 'content-filter' })],
    ['one that was declined', () => ({ finishReason: 'refusal' })],
    ['an empty one', () => ({ text: '' })],
    ['one of blanks', () => ({ text: ' \n' })],
    [
      'one that is no JSON where JSON was asked for',
      () => ({ text: 'Sure!' }),
      ask('a', { schema: { type: 'object' } }),
    ],
  ])('%s', async (_, answer, request) => {
    const result = await entries(answer, {}, request)
    expect(result.entries).toBe(0)
    expect(result.asked).toBeGreaterThanOrEqual(2)
  })

  test('the answer of a call that was stopped', async () => {
    const cache = new CacheFolder().open()
    const stop = new AbortController()
    const { serving } = provider(async () => {
      stop.abort()
      return {}
    })
    const { enhanced } = around(serving, cache)
    await expect(enhanced.generate(ask('a'), { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
    // What still goes on of it has ended by then.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect((await cache.stats()).entries).toBe(0)
  })

  test('answers of a serving without an identity, or with caching turned off, are not kept', async () => {
    const cache = new CacheFolder().open()
    for (const [more, keep] of [
      [{ identity: undefined }, true],
      [{}, false],
    ] as const) {
      const { serving, asked } = provider(() => ({}), more)
      const { enhanced } = around(serving, cache, keep)
      for (let time = 0; time < 2; time++) await enhanced.generate(ask('a'))
      expect(asked).toHaveLength(2)
    }
    expect((await cache.stats()).entries).toBe(0)
  })
})

test('a cut-off answer is kept for callers that accept it, and is requested again for others', async () => {
  const { serving, asked } = provider(() => ({ finishReason: 'length' }))
  const { enhanced } = around(serving)
  for (let time = 0; time < 2; time++) await enhanced.generate(ask('a'), { keepCutOff: true })
  expect(asked).toHaveLength(1)
  expect((await enhanced.generate(ask('a'))).finishReason).toBe('length')
  expect(asked).toHaveLength(2)
})

describe('within a run', () => {
  test('answers are always reused, and forgotten with it', async () => {
    const { serving, asked } = provider(() => ({}))
    const { enhanced, plane, events } = around(serving, undefined, false)
    for (let time = 0; time < 2; time++) await enhanced.generate(ask('a'), { run: 'one' })
    expect(asked).toHaveLength(1)
    await enhanced.generate(ask('a'), { run: 'other' })
    expect(asked).toHaveLength(2)
    await plane.endRun('one')
    await enhanced.generate(ask('a'), { run: 'one' })
    expect(asked).toHaveLength(3)
    expect(events.map(({ from }) => from)).toEqual(['provider', 'cache', 'provider', 'provider'])
  })

  test('errors are not', async () => {
    const { serving, asked } = provider(() => Promise.reject(new TypeError('broken')))
    const { enhanced } = around(serving, undefined)
    for (let time = 0; time < 2; time++) await enhanced.generate(ask('a'), { run: 'one' }).catch(() => undefined)
    expect(asked).toHaveLength(2)
  })
})

test('vectors are kept one by one, with all their digits', async () => {
  const cache = new CacheFolder().open()
  const asked: string[] = []
  const serving: EmbeddingServing = {
    kind: 'embedding',
    name: 'mine',
    identity: {},
    async embed(texts) {
      asked.push(...texts)
      const vectors = texts.map((text) => new Float32Array([Math.fround(0.1), text.length, -0]))
      return { vectors, usage: { inputTokens: 1, outputTokens: 0 }, model: 'm' }
    },
  }
  const enhanced = () => new EnhancedEmbeddingServing(serving, { plane: new ServingPlane({ cache }) })
  const first = await enhanced().embed(['a', 'bb'])
  const second = await enhanced().embed(['bb', 'ccc', 'a'])
  expect(asked).toEqual(['a', 'bb', 'ccc'])
  expect(second.vectors).toEqual([first.vectors[1], new Float32Array([Math.fround(0.1), 3, -0]), first.vectors[0]])
})

test.each(['get', 'set'] as const)(
  'a cache whose %s never ends costs no answer, and is then left alone',
  async (name) => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const hangs = vi.fn(() => new Promise<never>(() => undefined))
    const onCacheFault = vi.fn()
    const { serving, asked } = provider(() => ({}))
    const plane = new ServingPlane({ cache: { ...createMemoryCache(), [name]: hangs }, onCacheFault })
    const enhanced = new EnhancedLLMServing(serving, { plane, settings: { retries: 0, cache: true } })
    const answers = Promise.all([enhanced.generate(ask('a')), enhanced.generate(ask('b'))])
    await vi.advanceTimersByTimeAsync(31_000)
    expect(await answers).toMatchObject([{ text: 'yes' }, { text: 'yes' }])
    expect(await enhanced.generate(ask('c'))).toMatchObject({ text: 'yes' })
    expect(asked).toEqual(['a', 'b', 'c'])
    expect(hangs).toHaveBeenCalledTimes(2)
    expect(onCacheFault.mock.calls[0]?.[0]).toMatchObject({ message: expect.stringContaining('not asked again') })
  },
)
