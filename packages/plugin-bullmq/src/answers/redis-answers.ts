import type { CacheSelection } from '@maestro-dataflow/core'
import type { Redis } from 'ioredis'
import { openRedis } from '../redis.js'
import type { AnswerTable, StoredAnswer } from './answer-table.js'
import type { CacheOptions } from './cache-options.js'
import { locationOf } from './location.js'

/** KEYS: texts, times, bytes, models, the sum of bytes. ARGV: ids. Returns how many of them there were. */
const removeScript = `
local removed = 0
for _, id in ipairs(ARGV) do
  local bytes = redis.call('HGET', KEYS[3], id)
  if bytes then
    removed = removed + 1
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('HDEL', KEYS[4], id)
    redis.call('DECRBY', KEYS[5], bytes)
  end
end
return removed
`

/** KEYS: the same. ARGV: id, text, bytes, model. */
const putScript = `
local time = redis.call('TIME')
local before = redis.call('HGET', KEYS[3], ARGV[1]) or '0'
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], math.floor(time[1] * 1000 + time[2] / 1000), ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
redis.call('HSET', KEYS[4], ARGV[1], ARGV[4])
redis.call('INCRBY', KEYS[5], ARGV[3] - before)
`

/** KEYS: the same. ARGV: id, ttl. */
const getScript = `
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text or ARGV[2] == '' then return text end
local time = redis.call('TIME')
local stored = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or '0')
if time[1] * 1000 + time[2] / 1000 - stored > tonumber(ARGV[2]) then return false end
return text
`

interface Scripts {
  maestroGet(...given: readonly (string | number)[]): Promise<string | null>
  maestroPut(...given: readonly (string | number)[]): Promise<null>
  maestroRemove(...given: readonly (string | number)[]): Promise<number>
}

const atOnce = 1000
/** How many expired answers one put removes at most. */
const expiredAtOnce = 100

/** Answers on a Redis server, in a handful of keys. */
export class RedisAnswers implements AnswerTable {
  readonly location: string
  readonly #redis: Redis & Scripts
  readonly #keys: readonly [texts: string, times: string, bytes: string, models: string, sum: string]

  constructor({ url, namespace }: CacheOptions) {
    const redis = openRedis(url)
    const numberOfKeys = 5
    redis.defineCommand('maestroGet', { numberOfKeys, lua: getScript })
    redis.defineCommand('maestroPut', { numberOfKeys, lua: putScript })
    redis.defineCommand('maestroRemove', { numberOfKeys, lua: removeScript })
    const prefix = `{${namespace}}:answers`
    this.#redis = redis as Redis & Scripts
    this.#keys = [prefix, `${prefix}:times`, `${prefix}:bytes`, `${prefix}:models`, `${prefix}:sum`]
    this.location = locationOf(url)
  }

  async get(id: string, ttl: number | undefined): Promise<string | undefined> {
    return (await this.#redis.maestroGet(...this.#keys, id, ttl ?? '')) ?? undefined
  }

  async put(id: string, { text, bytes, model }: StoredAnswer, ttl: number | undefined): Promise<void> {
    await this.#redis.maestroPut(...this.#keys, id, text, bytes, model)
    if (ttl === undefined) return
    const expired = await this.#redis.zrangebyscore(this.#keys[1], 0, Date.now() - ttl, 'LIMIT', 0, expiredAtOnce)
    if (expired.length > 0) await this.#redis.maestroRemove(...this.#keys, ...expired)
  }

  async delete(id: string): Promise<boolean> {
    return (await this.#redis.maestroRemove(...this.#keys, id)) > 0
  }

  async clear({ storedBefore, model }: CacheSelection): Promise<number> {
    const [, times, , models] = this.#keys
    const before = storedBefore === undefined ? '+inf' : `(${Date.parse(storedBefore)}`
    let removed = 0
    let kept = 0
    for (;;) {
      const ids = await this.#redis.zrangebyscore(times, '-inf', before, 'LIMIT', kept, atOnce)
      if (ids.length === 0) return removed
      const found = model === undefined ? [] : await this.#redis.hmget(models, ...ids)
      const chosen = ids.filter((_, index) => model === undefined || found[index] === model)
      const gone = chosen.length === 0 ? 0 : await this.#redis.maestroRemove(...this.#keys, ...chosen)
      removed += gone
      kept += ids.length - chosen.length
    }
  }

  async stats(): ReturnType<AnswerTable['stats']> {
    const [, times, bytes, , sum] = this.#keys
    const [entries, total, oldest, newest] = await Promise.all([
      this.#redis.hlen(bytes),
      this.#redis.get(sum),
      this.#redis.zrange(times, '0', '0', 'WITHSCORES'),
      this.#redis.zrange(times, '-1', '-1', 'WITHSCORES'),
    ])
    const time = ([, score]: readonly string[]) => (score === undefined ? undefined : Number(score))
    return { entries, bytes: Number(total ?? 0), oldest: time(oldest), newest: time(newest) }
  }

  async dispose(): Promise<void> {
    this.#redis.disconnect()
  }
}
