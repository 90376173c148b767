import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import type { LLMRequest, LLMServing } from '../../contracts/serving.js'
import type { Price } from '../../contracts/serving-settings.js'
import { EnhancedLLMServing } from '../enhanced-llm-serving.js'
import { prefixKeys } from './prefix-keys.js'

afterEach(() => vi.useRealTimers())

const characters = 6000
const documentOf = (name: string) => `${name}: `.padEnd(characters, 'A long document. ')
const ask = (text: string): LLMRequest => ({ messages: [{ role: 'user', content: text }] })

/** A provider that has a prompt in its cache when it has answered one with the same beginning. */
function cachingProvider(fails: (call: number) => boolean = () => false) {
  const cache = new Set<string>()
  const sent: { readonly text: string; readonly cached: boolean; readonly sharedPrefix: number | undefined }[] = []
  const inProgress = { now: 0, most: 0 }
  const provider: LLMServing = {
    kind: 'llm',
    name: 'caching',
    price: { input: 1, cachedInput: 0.1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }, { sharedPrefix, signal } = {}) {
      const text = String(messages[0]?.content)
      const start = text.slice(0, 4096)
      const call = sent.push({ text, cached: cache.has(start), sharedPrefix })
      inProgress.most = Math.max(inProgress.most, ++inProgress.now)
      await sleep(10, undefined, signal === undefined ? {} : { signal }).finally(() => inProgress.now--)
      if (fails(call)) throw new Error('The server is away.')
      cache.add(start)
      return { text: 'fine', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }
    },
  }
  return { provider, sent, inProgress }
}

const serve = (provider: LLMServing, settings: { price?: Price; warmPrefix?: boolean; retries?: number } = {}) =>
  new EnhancedLLMServing(provider, { settings: { retries: 0, ...settings } })

test('the first of several requests about a document is sent alone, and the others find it in the cache', async () => {
  const { provider, sent } = cachingProvider()
  const serving = serve(provider)
  const questions = ['a', 'b', 'c', 'd'].flatMap((name) =>
    Array.from({ length: 10 }, (_, row) => ask(`${documentOf(name)} Question ${row}?`)),
  )
  const results = await Promise.all(questions.map((question) => serving.generate(question)))
  expect(results).toHaveLength(40)
  expect(sent).toHaveLength(40)
  expect(sent.filter(({ cached }) => !cached)).toHaveLength(4)
  // The provider learns how much of a prompt is shared: whole blocks.
  expect(new Set(sent.map(({ sharedPrefix }) => sharedPrefix))).toEqual(new Set([4096]))
})

test('prompts that share no long beginning do not wait for each other', async () => {
  const { provider, sent, inProgress } = cachingProvider()
  const serving = serve(provider)
  const requests = [
    ...['a', 'b', 'c'].map((name) => ask(documentOf(name))),
    ...['short', 'shorter'].map((text) => ask(`The same start. ${text}`)),
  ]
  await Promise.all(requests.map((request) => serving.generate(request)))
  expect(inProgress.most).toBe(requests.length)
  expect(sent.every(({ sharedPrefix }) => sharedPrefix === undefined)).toBe(true)
})

test('nothing waits where cached tokens cost as much as others, unless the settings say so', async () => {
  const question = (row: number) => ask(`${documentOf('a')} Question ${row}?`)
  const coldCalls = async (settings: { price?: Price; warmPrefix?: boolean }) => {
    const { provider, sent } = cachingProvider()
    const serving = serve(provider, settings)
    await Promise.all([0, 1, 2].map((row) => serving.generate(question(row))))
    return sent.filter(({ cached }) => !cached).length
  }
  expect(await coldCalls({ price: { input: 1 } })).toBe(3)
  expect(await coldCalls({ warmPrefix: false })).toBe(3)
  expect(await coldCalls({ price: { input: 1 }, warmPrefix: true })).toBe(1)
})

test('a first request that fails lets the next one go first', async () => {
  const { provider, sent } = cachingProvider((call) => call === 1)
  const serving = serve(provider)
  const results = await Promise.allSettled(
    [0, 1, 2, 3].map((row) => serving.generate(ask(`${documentOf('a')} Question ${row}?`))),
  )
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
  expect(sent.map(({ cached }) => cached)).toEqual([false, false, true, true])
})

test('a request that was sent before others shared its beginning is followed by one that marks it', async () => {
  const kept = new Set<string>()
  const read: boolean[] = []
  const provider: LLMServing = {
    kind: 'llm',
    name: 'marked',
    price: { input: 1, cachedInput: 0.1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }, { sharedPrefix = 0 } = {}) {
      const start = String(messages[0]?.content).slice(0, sharedPrefix)
      read.push(kept.has(start))
      await sleep(10)
      if (start !== '') kept.add(start)
      return { text: 'fine', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }
    },
  }
  const serving = serve(provider)
  const question = (row: number) => serving.generate(ask(`${documentOf('a')} Question ${row}?`))
  const first = question(0)
  await expect.poll(() => read).toHaveLength(1)
  await Promise.all([first, ...[1, 2, 3, 4, 5].map(question)])
  expect(read).toEqual([false, false, true, true, true, true])
})

test('a request that is stopped while it waits ends at once', async () => {
  const { provider, sent } = cachingProvider()
  const serving = serve(provider)
  const stop = new AbortController()
  const first = serving.generate(ask(`${documentOf('a')} Question 1?`))
  const second = serving.generate(ask(`${documentOf('a')} Question 2?`), { signal: stop.signal })
  stop.abort()
  await expect(second).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
  await first
  expect(sent).toHaveLength(1)
})

test('a long answer keeps the others waiting for a few seconds only', async () => {
  vi.useFakeTimers()
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const sent: string[] = []
  const provider: LLMServing = {
    kind: 'llm',
    name: 'slow',
    price: { input: 1, cachedInput: 0.1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      sent.push(String(messages[0]?.content).slice(-2))
      await end
      return { text: 'fine', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }
    },
  }
  const serving = serve(provider)
  const all = [1, 2, 3].map((row) => serving.generate(ask(`${documentOf('a')} Question ${row}?`)))
  await vi.advanceTimersByTimeAsync(4000)
  expect(sent).toEqual(['1?'])
  await vi.advanceTimersByTimeAsync(2000)
  expect(sent).toEqual(['1?', '2?', '3?'])
  resolve()
  await Promise.all(all)
})

test('a beginning ends between characters, at the first image, and differs by the schema', () => {
  const emoji = ask(`${'a'.repeat(4095)}😀${'b'.repeat(9000)}`)
  expect(prefixKeys(emoji).map(({ characters }) => characters)).toEqual([4095, 8192, 12_288])
  const image = { type: 'image', data: new Uint8Array([1]) } as const
  const text = { type: 'text', text: 'a'.repeat(5000) } as const
  expect(prefixKeys({ messages: [{ role: 'user', content: [image, text] }] })).toEqual([])
  expect(prefixKeys({ messages: [{ role: 'user', content: [text, image, text] }] })).toHaveLength(1)
  expect(prefixKeys({ ...emoji, schema: { type: 'string' } })[0]?.key).not.toBe(prefixKeys(emoji)[0]?.key)
})
