import type { LRUCache } from 'lru-cache'
import type { ResponseCache } from '../contracts/response-cache.js'

/** The options of `MemoryCache`. */
export interface MemoryCacheOptions {
  /** @default 10000 */
  readonly maxEntries?: number
  /** The bytes of the answers, as JSON in UTF-8. @default 64 MB */
  readonly maxBytes?: number
  /** How long an entry is valid, in milliseconds. @default no limit */
  readonly ttl?: number
}

interface Entry {
  readonly text: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly stored: number
  readonly model: string | undefined
}

/** A response cache in memory, which removes the least recently used answers first. */
export function createMemoryCache(options: MemoryCacheOptions = {}): ResponseCache {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, ttl = Number.POSITIVE_INFINITY } = options
  let opened: Promise<LRUCache<string, Entry>> | undefined
  // The library is loaded with the first answer, so that importing core does not require it.
  const open = async () => {
    const { LRUCache } = await import('lru-cache')
    return new LRUCache<string, Entry>({
      // The library counts from 1 and uses 0 for no limit.
      max: bound(maxEntries),
      maxSize: bound(maxBytes),
      sizeCalculation: ({ bytes }) => bytes,
    })
  }
  const entries = () => {
    opened ??= open()
    return opened
  }

  return {
    async get(key) {
      const cache = await entries()
      const entry = cache.get(key)
      if (entry === undefined) return undefined
      if (Date.now() - entry.stored <= ttl) return JSON.parse(entry.text)
      cache.delete(key)
      return undefined
    },
    async set(key, value, { model }) {
      const text = JSON.stringify(value)
      const stored = Date.now()
      const cache = await entries()
      cache.set(key, { text, bytes: Buffer.byteLength(text), stored, model })
    },
    delete: async (key) => (await entries()).delete(key),
    async clear({ storedBefore, model } = {}) {
      const before = storedBefore === undefined ? Number.POSITIVE_INFINITY : Date.parse(storedBefore)
      const cache = await entries()
      const meant = [...cache.entries()].filter(
        ([, entry]) => entry.stored < before && (model === undefined || entry.model === model),
      )
      for (const [key] of meant) cache.delete(key)
      return meant.length
    },
    async stats() {
      const { size, calculatedSize } = await entries()
      return { entries: size, bytes: calculatedSize }
    },
    async dispose() {
      opened = undefined
    },
  }
}

const bound = (most: number): number => (Number.isFinite(most) ? Math.max(1, Math.floor(most)) : 0)
