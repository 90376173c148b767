import assert from 'node:assert/strict'
import type { CachedAnswer, ResponseCache } from '@maestro-dataflow/core'
import { MadeThings } from './made-things.js'
import { within } from './outcomes.js'
import { createSuite, type Suite, type SuiteOptions } from './suite.js'

/** The options of the suite for caches. */
export interface CacheSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** Reopens what was created last, for caches whose answers outlive them. */
  readonly reopen?: () => ResponseCache | Promise<ResponseCache>
}

interface CacheSubject {
  /** Creates an empty one. */
  make(): Promise<ResponseCache>
  readonly reopen: CacheSuiteOptions['reopen']
}

const answer: CachedAnswer = {
  text: 'It is 42. 你好 👩🏽‍🚀 é \u0000 \n "quoted" \uD83D',
  object: { list: [1, 2.5, -1e300, null, true, { nested: [] }], nothing: null, __proto: 'x' },
  usage: { inputTokens: 3, outputTokens: 5 },
  cost: 0.1 + 0.2,
  finishReason: 'stop',
}
const parts = { kind: 'llm', model: 'm', 'message 1 (user)': 'What is it?' }

/** In practice, keys are hashes; none of these may be mistaken for another. */
const oddKeys = [
  'a',
  'A',
  'a ',
  ' a',
  '%',
  '_',
  "it's; DROP TABLE answers; --",
  '"',
  '\\',
  '/../x',
  '__proto__',
  'constructor',
  'é',
  'e\u0301',
  'ключ 钥匙 🔑',
  'a\u0000b',
  'a\u0000c',
  'k'.repeat(10_000),
  `${'k'.repeat(9_999)}j`,
  '',
]

const reopenCase = 'answers outlive it'

const cases = {
  async 'an answer is returned as it was stored'({ make }: CacheSubject) {
    const cache = await make()
    await cache.set('key', answer, parts)
    assert.deepEqual(await cache.get('key'), answer)
    assert.deepEqual(await cache.get('key'), answer)
  },

  async 'an unknown key has no answer'({ make }: CacheSubject) {
    const cache = await make()
    assert.equal(await cache.get('key'), undefined)
    await cache.set('key', answer, parts)
    assert.equal(await cache.get('ke'), undefined)
    assert.equal(await cache.get('toString'), undefined)
  },

  async 'a later change of a given or returned object does not change the stored one'({ make }: CacheSubject) {
    const cache = await make()
    const given = structuredClone(answer) as { text: string; usage: { inputTokens: number } }
    await cache.set('key', { ...given, usage: given.usage }, parts)
    given.usage.inputTokens = 99
    const got = (await cache.get('key')) as unknown as { usage: { inputTokens: number } }
    got.usage.inputTokens = 98
    assert.deepEqual(await cache.get('key'), answer)
  },

  async 'a key has only its last answer, counted once'({ make }: CacheSubject) {
    const cache = await make()
    await cache.set('key', { text: 'a long text at first' }, parts)
    await cache.set('key', { text: 'b' }, parts)
    assert.deepEqual(await cache.get('key'), { text: 'b' })
    const { entries, bytes } = await cache.stats()
    assert.equal(entries, 1)
    const other = await make()
    await other.set('key', { text: 'b' }, parts)
    assert.equal(bytes, (await other.stats()).bytes, 'bytes of an answer that is gone are counted')
  },

  async 'an answer can be removed'({ make }: CacheSubject) {
    const cache = await make()
    await cache.set('key', answer, parts)
    await cache.set('other', { text: 'b' }, parts)
    assert.equal(await cache.delete('key'), true)
    assert.equal(await cache.delete('key'), false)
    assert.equal(await cache.get('key'), undefined)
    assert.deepEqual(await cache.get('other'), { text: 'b' })
    await cache.set('key', { text: 'c' }, parts)
    assert.deepEqual(await cache.get('key'), { text: 'c' })
  },

  async 'all answers can be removed'({ make }: CacheSubject) {
    const cache = await make()
    for (const key of ['a', 'b', 'c']) await cache.set(key, answer, parts)
    assert.equal(await cache.clear(), 3, 'how many were taken out')
    for (const key of ['a', 'b', 'c']) assert.equal(await cache.get(key), undefined)
    assert.deepEqual(counts(await cache.stats()), { entries: 0, bytes: 0 })
    await cache.set('a', answer, parts)
    assert.deepEqual(await cache.get('a'), answer)
  },

  async 'selected answers can be removed'({ make }: CacheSubject) {
    const cache = await make()
    await cache.set('a', { text: 'a' }, parts)
    await cache.set('b', { text: 'b' }, { ...parts, model: 'another' })
    const [past, future] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString())
    assert.equal(await cache.clear({ storedBefore: past ?? '' }), 0, 'answers stored before yesterday')
    assert.equal(await cache.clear({ model: 'a third' }), 0, 'answers of a model that gave none')
    assert.deepEqual([await cache.get('a'), await cache.get('b')], [{ text: 'a' }, { text: 'b' }])
    assert.equal(await cache.clear({ model: 'another', storedBefore: future ?? '' }), 1)
    assert.deepEqual([await cache.get('a'), await cache.get('b')], [{ text: 'a' }, undefined])
  },

  async 'does not change what it is given'({ make }: CacheSubject) {
    const cache = await make()
    const given = structuredClone({ answer, parts })
    await cache.set('key', given.answer, given.parts, { step: 'ask', rowId: 'row' })
    assert.deepEqual(given, structuredClone({ answer, parts }))
  },

  async 'counts entries and bytes'({ make }: CacheSubject) {
    const cache = await make()
    assert.deepEqual(counts(await cache.stats()), { entries: 0, bytes: 0 })
    await cache.set('a', { text: 'x'.repeat(1000) }, parts)
    const one = await cache.stats()
    assert.equal(one.entries, 1)
    assert.ok(one.bytes >= 1000, `${one.bytes} bytes for a text of 1000`)
    await cache.set('b', { text: 'x'.repeat(1000) }, parts)
    assert.deepEqual(counts(await cache.stats()), { entries: 2, bytes: 2 * one.bytes })
    await cache.delete('a')
    assert.deepEqual(counts(await cache.stats()), { entries: 1, bytes: one.bytes })
  },

  async 'keys with any characters are distinguished'({ make }: CacheSubject) {
    const cache = await make()
    for (const [index, key] of oddKeys.entries()) await cache.set(key, { index }, parts)
    for (const [index, key] of oddKeys.entries())
      assert.deepEqual(await cache.get(key), { index }, `the answer of ${JSON.stringify(key.slice(0, 40))}`)
    assert.equal((await cache.stats()).entries, oddKeys.length)
  },

  async 'a large answer is stored completely'({ make }: CacheSubject) {
    const cache = await make()
    const large = { text: '语'.repeat(1_000_000) }
    await cache.set('key', large, parts)
    assert.deepEqual(await cache.get('key'), large)
  },

  async 'concurrent writers and readers lose no answer'({ make }: CacheSubject) {
    const cache = await make()
    const keys = Array.from({ length: 300 }, (_, index) => `key ${index}`)
    await Promise.all(
      keys.map(async (key) => {
        await Promise.all([cache.set(key, { text: key }, parts), cache.set('shared', { text: key }, parts)])
        assert.deepEqual(await cache.get(key), { text: key }, 'an answer is not there when its set is done')
      }),
    )
    assert.equal((await cache.stats()).entries, keys.length + 1)
    const shared = (await cache.get('shared')) as { text: string }
    assert.ok(keys.includes(shared.text))
  },

  async 'no entry of many is lost'({ make }: CacheSubject) {
    const cache = await make()
    const keys = Array.from({ length: 2000 }, (_, index) => `entry ${index}`)
    await Promise.all(keys.map((key) => cache.set(key, { text: key }, parts)))
    for (let time = 0; time < 3; time++)
      for (const key of keys) assert.deepEqual(await cache.get(key), { text: key }, `the answer of "${key}" is lost`)
    assert.equal((await cache.stats()).entries, keys.length)
  },

  async 'explains a key and lists the entries nearest to it'({ make }: CacheSubject) {
    const cache = await make()
    if (cache.explain === undefined) return
    await cache.set('abc1', answer, parts)
    await cache.set('abd2', answer, { ...parts, model: 'another' })
    await cache.set('xyz3', answer, { kind: 'embedding', text: 'far away' })
    const { entry, nearest } = await cache.explain('abc1')
    assert.equal(entry?.key, 'abc1')
    assert.deepEqual({ ...entry?.parts }, parts)
    assert.ok(!Number.isNaN(Date.parse(entry?.storedAt ?? '')), `storedAt is ${entry?.storedAt}`)
    assert.equal(nearest[0]?.key, 'abd2')
    assert.ok(
      nearest.every(({ key }) => key !== 'abc1'),
      'an entry is near itself',
    )
    const listed = (await cache.list?.({ last: 2 })) ?? [{ answer }, { answer }]
    assert.deepEqual(
      listed.map((record) => record.answer),
      [answer, answer],
    )
    assert.equal((await cache.explain('x')).entry?.key, 'xyz3')
    assert.equal((await cache.explain('ab')).entry, undefined)
    assert.equal((await cache.explain('nothing')).entry, undefined)
  },

  async [reopenCase]({ make, reopen }: CacheSubject) {
    assert.ok(reopen !== undefined)
    const first = await make()
    await first.set('key', answer, parts)
    await first.dispose()
    const second = await reopen()
    assert.deepEqual(await second.get('key'), answer)
    assert.equal((await second.stats()).entries, 1)
    await second.dispose()
  },

  async 'can be disposed of twice'({ make }: CacheSubject) {
    const cache = await make()
    await cache.set('key', answer, parts)
    const disposed = () => within(10_000, 'disposing of it', Promise.resolve(cache.dispose()))
    await disposed()
    await disposed()
  },
}

/** The cases of the suite for caches. */
export type ResponseCacheCase = keyof typeof cases

/**
 * The rules for every response cache.
 *
 * @param makeCache Creates a new, empty one at each call; the suite disposes what it created.
 */
export function responseCacheSuite(
  makeCache: () => ResponseCache | Promise<ResponseCache>,
  options: CacheSuiteOptions<ResponseCacheCase> = {},
): Suite {
  const made = new MadeThings(makeCache)
  const { [reopenCase]: _, ...others } = cases
  return createSuite<CacheSubject, ResponseCacheCase>({
    title: 'a cache of answers',
    cases: options.reopen === undefined ? others : cases,
    options,
    open: async () => ({ make: made.make, reopen: options.reopen }),
    close: () => made.dispose(10_000),
  })
}

const counts = ({ entries, bytes }: Awaited<ReturnType<ResponseCache['stats']>>) => ({ entries, bytes })
