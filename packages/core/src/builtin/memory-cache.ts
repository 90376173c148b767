import type { Logger } from '../contracts/logger.js'
import type { ResponseCache } from '../contracts/response-cache.js'
import { AnswersByRun } from './memory-cache/answers-by-run.js'

/** The options of `createMemoryCache`. */
export interface MemoryCacheOptions {
  /** @default 10000 */
  readonly maxEntries?: number
  /** The bytes of the answers, as JSON in UTF-8. @default 64 MB */
  readonly maxBytes?: number
  /** How long an entry is valid, in milliseconds. @default no limit */
  readonly ttl?: number
  /** Hears once about each run whose answers do not fit. */
  readonly logger?: Pick<Logger, 'warn'>
}

/** A response cache in memory, which removes the answers of the oldest runs first. */
export function createMemoryCache(options: MemoryCacheOptions = {}): ResponseCache {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, ttl = Number.POSITIVE_INFINITY, logger } = options
  const bounds = { maxEntries: Math.max(1, maxEntries), maxBytes }
  let answers = new AnswersByRun(bounds)
  const warned = new Set<string>()

  return {
    async get(key, { run } = {}) {
      const answer = answers.use(key, run)
      if (answer === undefined) return undefined
      if (Date.now() - answer.stored <= ttl) return JSON.parse(answer.text)
      answers.delete(key)
      return undefined
    },
    async set(key, value, { model }, { run } = {}) {
      const text = JSON.stringify(value)
      const answer = { text, bytes: Buffer.byteLength(text), stored: Date.now(), model }
      if (answers.add(key, answer, run) || run === undefined || warned.has(run)) return
      warned.add(run)
      logger?.warn(
        'The answers of this run do not fit into the response cache, so the next run has to request the rest again. Raise `cache.maxSize` in the config.',
        { maxBytes },
      )
    },
    delete: async (key) => answers.delete(key),
    async clear({ storedBefore, model } = {}) {
      const before = storedBefore === undefined ? Number.POSITIVE_INFINITY : Date.parse(storedBefore)
      const meant = [...answers].filter(
        ([, answer]) => answer.stored < before && (model === undefined || answer.model === model),
      )
      for (const [key] of meant) answers.delete(key)
      return meant.length
    },
    stats: async () => ({ entries: answers.size, bytes: answers.bytes }),
    async dispose() {
      answers = new AnswersByRun(bounds)
    },
  }
}
