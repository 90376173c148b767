import type { ResponseCache } from '../contracts/response-cache.js'

export interface MemoryCacheOptions {
  /** @default 10000 */
  readonly maxEntries?: number
  /** Bytes of JSON text. @default 64 MB */
  readonly maxBytes?: number
  /** How long an entry counts, in milliseconds. @default no bound */
  readonly ttl?: number
}

interface Entry {
  readonly text: string
  readonly stored: number
  readonly model: string | undefined
}

/** Answers in memory; the ones not used for longest go first. */
export function createMemoryCache(options: MemoryCacheOptions = {}): ResponseCache {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, ttl = Number.POSITIVE_INFINITY } = options
  const entries = new Map<string, Entry>()
  let bytes = 0

  const remove = (key: string): boolean => {
    bytes -= entries.get(key)?.text.length ?? 0
    return entries.delete(key)
  }

  // A map walks past all keys that were removed from its front, so the walk goes on where it was.
  let oldest = entries.keys()
  const oldestKey = (): string => {
    let next = oldest.next()
    if (next.done === true) {
      oldest = entries.keys()
      next = oldest.next()
    }
    return next.value ?? ''
  }

  return {
    async get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      remove(key)
      if (Date.now() - entry.stored > ttl) return undefined
      entries.set(key, entry)
      bytes += entry.text.length
      return JSON.parse(entry.text)
    },
    async set(key, value, { model }) {
      const text = JSON.stringify(value)
      if (text.length > maxBytes) return
      remove(key)
      entries.set(key, { text, stored: Date.now(), model })
      bytes += text.length
      while (entries.size > maxEntries || bytes > maxBytes) remove(oldestKey())
    },
    delete: async (key) => remove(key),
    async clear({ storedBefore, model } = {}) {
      const before = storedBefore === undefined ? Number.POSITIVE_INFINITY : Date.parse(storedBefore)
      const meant = [...entries].filter(
        ([, entry]) => entry.stored < before && (model === undefined || entry.model === model),
      )
      for (const [key] of meant) remove(key)
      return meant.length
    },
    stats: async () => ({ entries: entries.size, bytes }),
    dispose: async () => entries.clear(),
  }
}
