import { afterEach, expect, test, vi } from 'vitest'
import type { ResponseCache } from '../contracts/response-cache.js'
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

/** Asks for rows as a run does, and returns how many were reused. */
async function runOver(cache: ResponseCache, run: string, keys: readonly string[]): Promise<number> {
  let reused = 0
  for (const key of keys) {
    if ((await cache.get(key, { run })) !== undefined) reused++
    else await cache.set(key, answer(key), {}, { run })
  }
  return reused
}

const rowsOf = (name: string, count: number) => Array.from({ length: count }, (_, row) => `${name}${row}`)

test('a run that is larger than the cache reuses the part that fits each time, and says so', async () => {
  const warnings: string[] = []
  const cache = createMemoryCache({ maxEntries: 100, logger: { warn: (message) => void warnings.push(message) } })
  const rows = rowsOf('row', 180)
  expect(await runOver(cache, 'first', rows)).toBe(0)
  expect(warnings).toEqual([expect.stringContaining('do not fit into the response cache')])
  for (const run of ['second', 'third']) expect(await runOver(cache, run, rows)).toBe(100)
})

test('rows inserted at the beginning cost the end of the run, not all of it', async () => {
  const cache = createMemoryCache({ maxEntries: 10 })
  await runOver(cache, 'first', rowsOf('row', 10))
  expect(await runOver(cache, 'second', [...rowsOf('new', 3), ...rowsOf('row', 10)])).toBe(7)
})

test('the oldest runs are removed first, and of a run the answers that it stored last', async () => {
  const cache = createMemoryCache({ maxEntries: 10 })
  await runOver(cache, 'old', rowsOf('old', 3))
  await runOver(cache, 'a', rowsOf('a', 5))
  expect(await cache.get('old2', { run: 'b' })).toBeDefined()
  await runOver(cache, 'b', rowsOf('b', 5))
  const kept = async (name: string) =>
    Promise.all(rowsOf(name, 5).map(async (key) => (await cache.get(key)) !== undefined))
  expect(await kept('old')).toEqual([false, false, true, false, false])
  expect(await kept('a')).toEqual([true, true, true, true, false])
  expect(await kept('b')).toEqual([true, true, true, true, true])
})

test('runs in turn that do not fit together each reuse a part, and the answers stay within their bound', async () => {
  const cache = createMemoryCache({ maxEntries: 100 })
  const shares = new Map<string, number>()
  for (const turn of [1, 2, 3, 4])
    for (const name of ['a', 'b']) shares.set(name, await runOver(cache, `${name}${turn}`, rowsOf(name, 80)))
  expect(Math.min(...shares.values()), String([...shares])).toBeGreaterThanOrEqual(20)
  expect((await cache.stats()).entries).toBeLessThanOrEqual(100)
})

test('a run that takes the place of another for good has it from its third time at the latest', async () => {
  const cache = createMemoryCache({ maxEntries: 10 })
  for (const run of ['a', 'b', 'a', 'a'].map((name, turn) => `${name}${turn}`))
    await runOver(cache, run, rowsOf(run[0] ?? '', 10))
  expect(await runOver(cache, 'a4', rowsOf('a', 10))).toBe(10)
})
