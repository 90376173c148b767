import { statSync } from 'node:fs'
import type { Logger } from '../contracts/logger.js'
import type { CachedAnswer, ResponseCache } from '../contracts/response-cache.js'
import { Generations } from './disk-cache/generations.js'
import { allEntries, answerStats, findEntries, lastAnswers } from './disk-cache/look-at-answers.js'
import { nearestEntries } from './disk-cache/nearest-entries.js'
import { openSharedFile } from './disk-cache/shared-files.js'
import { createMemoryCache } from './memory-cache.js'

export interface DiskCacheOptions {
  /** The parent of the folder `cache`, which holds the cache. */
  readonly stateDirectory: string
  readonly logger: Logger
  /** The maximum bytes of the answers on disk; those of the oldest runs are removed first. @default 2 GB */
  readonly maxBytes?: number
  /** How long an answer is valid, in milliseconds. @default no limit */
  readonly ttl?: number
}

/** The milliseconds after which a use is recorded in any case. */
const hour = 3_600_000

/**
 * From this share of `maxBytes`, every use is recorded, because eviction may be near. Below it, few reads cause a
 * write.
 */
const nearlyFull = 0.7

/**
 * A response cache on disk, in an SQLite database, for all runs of a project and several processes at once. It opens
 * nothing before the first answer is looked up. Problems with the file are logged and stop no run.
 */
export function createDiskCache(options: DiskCacheOptions): ResponseCache {
  const { stateDirectory, logger, maxBytes = 2048 * 1024 * 1024, ttl = Number.POSITIVE_INFINITY } = options
  const shared = openSharedFile(stateDirectory, logger)
  const { file, commits } = shared
  // Answers that were too long or could not be written. This process keeps them, so that it does not ask for them
  // twice.
  const unwritten = createMemoryCache({ ttl })
  const generations = new Generations()
  const warned = new Set<string | undefined>()
  let full: boolean | undefined

  return {
    async get(key, { run } = {}) {
      const found = await file.use((database) => {
        full ??= database.size() > maxBytes * nearlyFull
        return database.get(key)
      })
      const now = Date.now()
      if (found === undefined || now - found.stored > ttl) return unwritten.get(key)
      const generation = generations.of(run)
      if (found.used < generation && (full === true || now - found.used > hour)) commits.use(key, generation)
      const answer = parsedAnswer(found.text)
      if (answer !== undefined) return answer
      // A damaged entry costs one request, and not its row in every run.
      logger.warn('A stored answer is damaged. It is requested again.', { path: file.path, key })
      await file.use((database) => database.delete(key))
      return undefined
    },
    async set(key, answer, parts, { run, step, rowId } = {}) {
      const text = JSON.stringify(answer)
      const bytes = Buffer.byteLength(text)
      const about = { parts: JSON.stringify(parts), model: parts.model, step, rowId }
      const write = { key, answer: text, bytes, stored: Date.now(), generation: generations.of(run), ...about }
      const outcome = bytes <= maxBytes ? await commits.add(write, maxBytes) : 'unwritable'
      full = undefined
      if (outcome === 'stored') return
      await unwritten.set(key, answer, parts)
      if (outcome === 'unwritable' || warned.has(run)) return
      warned.add(run)
      logger.warn(
        'The answers of this run do not fit into the response cache, so the next run has to request the rest again. Raise `cache.maxSize` in the config.',
        { path: file.path, maxBytes },
      )
    },
    async delete(key) {
      const held = await unwritten.delete(key)
      return (file.exists && (await file.use((database) => database.delete(key)))) || held
    },
    async clear(which = {}) {
      const held = await unwritten.clear(which)
      return held + ((file.exists ? await file.use((database) => database.clear(which)) : 0) ?? 0)
    },
    async stats() {
      const stats = file.exists ? await file.use(({ connection }) => answerStats(connection)) : undefined
      if (stats === undefined) return { entries: 0, bytes: 0, location: file.path }
      const { entries, bytes, oldest, newest } = stats
      const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0
      const known = { entries, bytes, location: file.path, size }
      if (entries === 0) return known
      return { ...known, oldest: new Date(oldest).toISOString(), newest: new Date(newest).toISOString() }
    },
    list: async ({ last, rowId }) =>
      (file.exists ? await file.use(({ connection }) => lastAnswers(connection, last, rowId)) : []) ?? [],
    async explain(keyOrRow) {
      const nothing = { entry: undefined, candidates: [], nearest: [] }
      if (!file.exists) return nothing
      const explained = await file.use(({ connection }) => {
        const candidates = findEntries(connection, keyOrRow, 20)
        const [first] = candidates
        const ambiguous = candidates.length > 1 && first?.rowId !== keyOrRow
        const entry = ambiguous ? undefined : first
        const nearest = entry === undefined ? [] : nearestEntries(entry, allEntries(connection), 3)
        return { entry, candidates, nearest }
      })
      return explained ?? nothing
    },
    dispose: () => shared.release(),
  }
}

/** @returns undefined for a text that is not a JSON object */
function parsedAnswer(text: string): CachedAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? (answer as CachedAnswer) : undefined
  } catch {
    return undefined
  }
}
