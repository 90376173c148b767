import { statSync } from 'node:fs'
import type { Logger } from '../contracts/logger.js'
import type { ResponseCache } from '../contracts/response-cache.js'
import { allEntries, answerStats, findEntries, lastAnswers } from './disk-cache/look-at-answers.js'
import { nearestEntries } from './disk-cache/nearest-entries.js'
import { openSharedFile } from './disk-cache/shared-files.js'
import { createMemoryCache } from './memory-cache.js'

export interface DiskCacheOptions {
  /** The cache is in its folder `cache`. */
  readonly stateDirectory: string
  readonly logger: Logger
  /** Bytes that answers may take on the disk; those not used for longest go first. @default 2 GB */
  readonly maxBytes?: number
  /** How long an answer is good for, in milliseconds. @default no bound */
  readonly ttl?: number
}

/** An answer that was used is noted as used when that was not noted for this long: not every read is a write. */
const usedAgain = 3_600_000

/**
 * Answers on the disk, in a database of SQLite: for all runs of a project, and for several processes at once. Nothing
 * is opened before the first answer is looked for. What goes wrong with the file is said in the log and stops no run.
 */
export function createDiskCache(options: DiskCacheOptions): ResponseCache {
  const { stateDirectory, logger, maxBytes = 2048 * 1024 * 1024, ttl = Number.POSITIVE_INFINITY } = options
  const shared = openSharedFile(stateDirectory, logger)
  const { file, commits } = shared
  // Answers that are too long or could not be written: in this process they are not asked for twice.
  const unwritten = createMemoryCache({ ttl })

  return {
    async get(key) {
      const found = await file.use((database) => database.get(key))
      const now = Date.now()
      if (found === undefined || now - found.stored > ttl) return unwritten.get(key)
      if (Math.abs(now - found.used) > usedAgain) commits.use(key, now)
      return JSON.parse(found.text)
    },
    async set(key, answer, parts, { step, rowId } = {}) {
      const text = JSON.stringify(answer)
      const bytes = Buffer.byteLength(text)
      const about = { parts: JSON.stringify(parts), model: parts.model, step, rowId }
      const write = { key, answer: text, bytes, stored: Date.now(), ...about }
      const written = bytes <= maxBytes && (await commits.add(write, maxBytes))
      if (!written) await unwritten.set(key, answer, parts)
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
