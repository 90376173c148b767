import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CachedAnswer,
  defineOperator,
  definePlugin,
  pipeline,
  RESPONSE_CACHE,
  type ResponseCache,
} from '@maestro-dataflow/core'
import { type MaestroOptions, maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { casesWithoutFault, failedCases, failureOf, foundBy } from '../__fixtures__/failed-cases.js'
import { SmallCache, smallCache } from '../__fixtures__/small-cache.js'
import { wrongCaches } from '../__fixtures__/wrong-parts/wrong-caches.js'
import { describeResponseCache } from '../vitest.js'
import { type ResponseCacheCase, responseCacheSuite } from './response-cache-suite.js'

/** The cache that core gives to operators, by the config. */
async function coreCache(options: MaestroOptions): Promise<ResponseCache> {
  let cache: ResponseCache | undefined
  const taker = defineOperator({
    name: 'test.take',
    kind: 'map',
    options: z.object({}),
    inject: [RESPONSE_CACHE],
    create: (_, [given]) => {
      cache = given
      return (row) => row
    },
  })
  const plugin = definePlugin({
    name: 'taker',
    manifest: { apiVersion: 1, contributes: { operators: { 'test.take': 'Takes the cache' } } },
    operators: [taker],
  })
  const rows = pipeline('p').from([{ n: 1 }])
  await maestro({ plugins: [plugin], ...options }).preview(rows.step('test.take' as never, {} as never))
  return cache as ResponseCache
}

const root = await mkdtemp(join(tmpdir(), 'maestro-cache-suite-'))
afterAll(() => rm(root, { recursive: true, force: true }))
let folders = 0
const onDisk = (directory: string) => coreCache({ directory, cache: { use: 'disk' } })

describeResponseCache(() => coreCache({ cache: { use: 'memory' } }), { title: 'the cache of core in memory' })
describeResponseCache(() => onDisk(join(root, String(++folders))), {
  title: 'the cache of core on the disk',
  reopen: () => onDisk(join(root, String(folders))),
})

const kept: SmallCache[] = []
const reopening = { reopen: () => kept.at(-1) ?? new SmallCache() }
const make = () => {
  const cache = new SmallCache()
  kept.push(cache)
  return cache
}
describeResponseCache(make, { title: 'a small cache that outlives itself', ...reopening })

const faults: Readonly<Record<string, [fault: () => ResponseCache, ...cases: ResponseCacheCase[]]>> = {
  'nothing is kept': [
    () => Object.assign(make(), { set: async () => undefined }),
    'an answer is returned as it was stored',
    'concurrent writers and readers lose no answer',
    'answers outlive it',
  ],
  'an entry is lost now and then': [
    () => {
      const cache = make()
      let count = 0
      const set: ResponseCache['set'] = async (...entry) => {
        if (++count % 500 !== 0) await SmallCache.prototype.set.apply(cache, entry as never)
      }
      return Object.assign(cache, { set })
    },
    'no entry of many is lost',
  ],
  'an entry is not found now and then': [
    () => {
      const cache = make()
      let count = 0
      return Object.assign(cache, {
        get: async (key: string) => (++count % 997 === 0 ? undefined : SmallCache.prototype.get.call(cache, key)),
      })
    },
    'no entry of many is lost',
  ],
  'the object itself is kept': [
    () => {
      const answers = new Map<string, CachedAnswer>()
      return Object.assign(make(), {
        set: async (key: string, answer: CachedAnswer) => void answers.set(key, answer),
        get: async (key: string) => answers.get(key),
      })
    },
    'a later change of a given or returned object does not change the stored one',
  ],
  'broken characters are mended': [
    () => {
      const cache = make()
      const set = cache.set.bind(cache)
      return Object.assign(cache, {
        set: (key: string, answer: CachedAnswer, parts: Readonly<Record<string, string>>) =>
          set(key, { ...answer, text: String(answer.text).toWellFormed() }, parts),
      })
    },
    'an answer is returned as it was stored',
  ],
  'keys are taken for patterns': [
    () => {
      const cache = make()
      const get = cache.get.bind(cache)
      return Object.assign(cache, { get: async (key: string) => (await get(key)) ?? (await get(`${key}y`)) })
    },
    'an unknown key has no answer',
  ],
  'keys without regard to capitals': [
    () => {
      const cache = make()
      const [get, set] = [cache.get.bind(cache), cache.set.bind(cache)]
      return Object.assign(cache, {
        get: (key: string) => get(key.toLowerCase()),
        set: (key: string, answer: CachedAnswer, parts: Readonly<Record<string, string>>) =>
          set(key.toLowerCase(), answer, parts),
      })
    },
    'keys with any characters are distinguished',
  ],
  'the first answer counts': [
    () => {
      const cache = make()
      const set = cache.set.bind(cache)
      return Object.assign(cache, {
        set: async (key: string, answer: CachedAnswer, parts: Readonly<Record<string, string>>) => {
          if ((await cache.get(key)) === undefined) await set(key, answer, parts)
        },
      })
    },
    'a key has only its last answer, counted once',
  ],
  'a delete that says nothing': [
    () => Object.assign(make(), { delete: async () => true }),
    'an answer can be removed',
    'counts entries and bytes',
  ],
  'a clear that leaves some': [() => Object.assign(make(), { clear: async () => 3 }), 'all answers can be removed'],
  'large answers are cut': [
    () => {
      const cache = make()
      const get = cache.get.bind(cache)
      return Object.assign(cache, {
        get: async (key: string) => {
          const answer = await get(key)
          return typeof answer?.text === 'string' ? { ...answer, text: answer.text.slice(0, 65_536) } : answer
        },
      })
    },
    'a large answer is stored completely',
  ],
  'an entry that is near itself': [
    () => {
      const cache = make()
      return Object.assign(cache, {
        explain: async (key: string) => ({ entry: undefined, nearest: [{ key, parts: {}, storedAt: '', bytes: 0 }] }),
      })
    },
    'explains a key and lists the entries nearest to it',
  ],
  'freed once only': [
    () => {
      let freed = false
      return Object.assign(make(), {
        dispose: async () => {
          if (freed) throw new TypeError('it is closed')
          freed = true
        },
      })
    },
    'can be disposed of twice',
  ],
}

describe('the suite for caches fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [fault, ...cases]) => {
    expect(await failedCases(responseCacheSuite(fault, reopening))).toEqual(expect.arrayContaining(cases))
  })

  test.each(Object.entries(wrongCaches))('a cache that %s', { timeout: 15_000 }, async (_, [rule, plant]) => {
    const planted = () => {
      const right = smallCache()
      return { ...right, ...plant(right) }
    }
    expect(await failureOf(responseCacheSuite(planted, { timeout: 1000 }), rule)).toBeDefined()
  })

  test('each of its cases is failed by a planted fault', () => {
    expect(casesWithoutFault(responseCacheSuite(make, reopening), { ...faults, ...foundBy(wrongCaches) })).toEqual([])
  })
})
