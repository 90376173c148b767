import type { CachedAnswer, KeyParts, ResponseCache } from '@maestro-dataflow/core'
import type { ResponseCacheCase } from '../../conformance/response-cache-suite.js'

/** Changes a right cache. State that it creates belongs to one cache. */
export type PlantCache = (cache: ResponseCache) => Partial<ResponseCache>

type Set = Parameters<ResponseCache['set']>

/** Caches of answers that are wrong, each with the rule that finds it. */
export const wrongCaches: Readonly<Record<string, readonly [ResponseCacheCase, PlantCache]>> = {
  'gives the answer of another key now and then': [
    'no entry of many is lost',
    (cache) => {
      const keys: string[] = []
      let count = 0
      return {
        set: (...entry: Set) => (keys.push(entry[0]), cache.set(...entry)),
        get: (key) => cache.get(++count % 700 === 0 ? (keys[0] ?? key) : key),
      }
    },
  ],
  'keeps the last thousand entries': [
    'no entry of many is lost',
    (cache) => {
      const keys: string[] = []
      return {
        async set(...entry: Set) {
          await cache.set(...entry)
          if (keys.push(entry[0]) > 1000) await cache.delete(keys.shift() ?? '')
        },
      }
    },
  ],
  'says that it has stored before it has': [
    'an answer is returned as it was stored',
    (cache) => ({
      async set(...entry: Set) {
        setTimeout(() => void cache.set(...entry), 20)
      },
    }),
  ],
  'counts what it does not have': [
    'counts entries and bytes',
    (cache) => {
      let sets = 0
      return {
        set: (...entry: Set) => (sets++, cache.set(...entry)),
        stats: async () => ({ ...(await cache.stats()), entries: sets }),
      }
    },
  ],
  'gives null for no answer': [
    'an unknown key has no answer',
    (cache) => ({ get: async (key) => (await cache.get(key)) ?? (null as never) }),
  ],
  'throws for an unknown key': [
    'an unknown key has no answer',
    (cache) => ({
      get: async (key) => {
        const answer = await cache.get(key)
        if (answer === undefined) throw 'no such key'
        return answer
      },
    }),
  ],
  'rounds numbers': [
    'an answer is returned as it was stored',
    (cache) => ({ set: (key, answer, parts) => cache.set(key, { ...answer, cost: Math.fround(Number(answer.cost)) }, parts) }),
  ],
  'loses what is null': [
    'an answer is returned as it was stored',
    (cache) => ({
      set: (key, answer, parts) =>
        cache.set(key, JSON.parse(JSON.stringify(answer, (_, value) => (value === null ? undefined : value))), parts),
    }),
  ],
  'trims keys': [
    'keys with any characters are distinguished',
    (cache) => ({ get: (key) => cache.get(key.trim()), set: (key, ...rest) => cache.set(key.trim(), ...rest) }),
  ],
  'knows keys by their first characters': [
    'keys with any characters are distinguished',
    (cache) => ({
      get: (key) => cache.get(key.slice(0, 255)),
      set: (key, ...rest) => cache.set(key.slice(0, 255), ...rest),
    }),
  ],
  'adds to the answer that it is given': [
    'does not change what it is given',
    (cache) => ({
      set(key, answer: CachedAnswer, parts) {
        Object.assign(answer, { storedAt: 1 })
        return cache.set(key, answer, parts)
      },
    }),
  ],
  'adds to the parts that it is given': [
    'does not change what it is given',
    (cache) => ({
      set(key, answer, parts: KeyParts) {
        Object.assign(parts, { key })
        return cache.set(key, answer, parts)
      },
    }),
  ],
  'gives an answer once': [
    'an answer is returned as it was stored',
    (cache) => ({
      async get(key) {
        const answer = await cache.get(key)
        await cache.delete(key)
        return answer
      },
    }),
  ],
  'mixes up two writers': [
    'concurrent writers and readers lose no answer',
    (cache) => {
      let last: Set | undefined
      return {
        async set(...entry: Set) {
          last = entry
          await new Promise((resolve) => setImmediate(resolve))
          await cache.set(entry[0], last[1], last[2])
        },
      }
    },
  ],
  'clears all although some are selected': [
    'selected answers can be removed',
    (cache) => ({ clear: () => cache.clear() }),
  ],
  'never ends': ['can be disposed of twice', () => ({ dispose: () => new Promise(() => undefined) })],
  'shares its entries with every other cache': [
    'all answers can be removed',
    (() => {
      const shared = new Map<string, CachedAnswer>()
      return () => ({
        set: async (key, answer) => void shared.set(key, structuredClone(answer)),
        get: async (key) => structuredClone(shared.get(key)),
        clear: async () => 3,
      })
    })(),
  ],
}
