import { afterEach, expect, test, vi } from 'vitest'
import { createMemoryCache } from './memory-cache.js'

const answer = (text: string) => ({ text })
const bytes = (text: string) => JSON.stringify({ text }).length

afterEach(() => void vi.useRealTimers())

test('an answer comes back as it was, and cannot be changed from outside', async () => {
  const cache = createMemoryCache()
  const given = { text: 'a', parsed: { n: 1 } }
  await cache.set('key', given, {})
  expect(await cache.get('key')).toEqual(given)
  expect(await cache.get('key')).not.toBe(given)
  expect(await cache.get('other')).toBe(undefined)
  expect(await cache.stats()).toEqual({ entries: 1, bytes: JSON.stringify(given).length })
})

test('one that is set again counts once', async () => {
  const cache = createMemoryCache()
  await cache.set('key', answer('long text'), {})
  await cache.set('key', answer('b'), {})
  expect(await cache.get('key')).toEqual(answer('b'))
  expect(await cache.stats()).toEqual({ entries: 1, bytes: bytes('b') })
})

test('of too many, those not used for longest go', async () => {
  const cache = createMemoryCache({ maxEntries: 2 })
  for (const key of ['a', 'b']) await cache.set(key, answer(key), {})
  await cache.get('a')
  await cache.set('c', answer('c'), {})
  expect(await Promise.all(['a', 'b', 'c'].map((key) => cache.get(key)))).toEqual([answer('a'), undefined, answer('c')])
  expect(await cache.stats()).toEqual({ entries: 2, bytes: 2 * bytes('a') })
})

test('of too much text, as many go as need to; one that alone is too long is not kept', async () => {
  const cache = createMemoryCache({ maxBytes: 3 * bytes('x') })
  for (const key of ['a', 'b', 'c']) await cache.set(key, answer('x'), {})
  expect((await cache.stats()).entries).toBe(3)
  await cache.set('d', answer('xx'), {})
  expect(await cache.get('a')).toBe(undefined)
  expect(await cache.get('b')).toBe(undefined)
  expect(await cache.stats()).toEqual({ entries: 2, bytes: bytes('x') + bytes('xx') })
  await cache.set('long', answer('x'.repeat(100)), {})
  expect(await cache.stats()).toMatchObject({ entries: 2 })
  const exact = createMemoryCache({ maxBytes: bytes('x') })
  await exact.set('a', answer('x'), {})
  expect(await exact.get('a')).toEqual(answer('x'))
})

test('bytes are those of UTF-8', async () => {
  const text = '答案是四十二'
  const cache = createMemoryCache({ maxBytes: Buffer.byteLength(JSON.stringify({ text })) })
  await cache.set('key', answer(text), {})
  expect(await cache.stats()).toEqual({ entries: 1, bytes: Buffer.byteLength(JSON.stringify({ text })) })
  await cache.set('longer', answer(`${text}。`), {})
  expect(await cache.get('longer')).toBe(undefined)
})

test('an answer counts until its time is over', async () => {
  vi.useFakeTimers({ now: 1000, toFake: ['Date'] })
  const cache = createMemoryCache({ ttl: 50 })
  await cache.set('key', answer('a'), {})
  vi.setSystemTime(1050)
  expect(await cache.get('key')).toEqual(answer('a'))
  vi.setSystemTime(1051)
  expect(await cache.get('key')).toBe(undefined)
  expect(await cache.stats()).toEqual({ entries: 0, bytes: 0 })
})

test('answers are taken out one by one, or all', async () => {
  const cache = createMemoryCache()
  for (const key of ['a', 'b', 'c']) await cache.set(key, answer(key), {})
  expect(await cache.delete('a')).toBe(true)
  expect(await cache.delete('a')).toBe(false)
  expect(await cache.stats()).toEqual({ entries: 2, bytes: 2 * bytes('b') })
  await cache.clear()
  expect(await cache.stats()).toEqual({ entries: 0, bytes: 0 })
  await cache.set('d', answer('d'), {})
  await cache.dispose()
  expect((await cache.stats()).entries).toBe(0)
})
