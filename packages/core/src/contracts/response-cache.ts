import type { Schema } from './schema.js'
import { createToken } from './token.js'

/** An answer as it is kept: plain JSON data. */
export type CachedAnswer = Readonly<Record<string, unknown>>

/** What the key of an answer is made of: each part's text or hash by its name, such as `model`, `messages`, `schema`. */
export type KeyParts = Readonly<Record<string, string>>

/** What a cache knows of an entry besides its answer. */
export interface CacheEntry {
  readonly key: string
  readonly parts: KeyParts
  /** ISO 8601. */
  readonly storedAt: string
  readonly bytes: number
}

/** Finished answers by the key of everything that changes them. Errors are never put in. */
export interface ResponseCache {
  get(key: string): Promise<CachedAnswer | undefined>
  /** Done when the answer is kept safely. A cache that cannot keep it says so in the log and goes on. */
  set(key: string, answer: CachedAnswer, parts: KeyParts): Promise<void>
  delete(key: string): Promise<boolean>
  clear(): Promise<void>
  stats(): Promise<{ readonly entries: number; readonly bytes: number }>
  /** The entry of a key, or of the only key that begins so, and the entries that share the most parts with it, best first. */
  explain?(key: string): Promise<{ readonly entry: CacheEntry | undefined; readonly nearest: readonly CacheEntry[] }>
  dispose(): Promise<void>
}

/** A cache as a plugin contributes it. */
export interface CacheDefinition {
  readonly name: string
  readonly description?: string
  readonly options: Schema<unknown, unknown>
  create(options: unknown): ResponseCache
}

export const RESPONSE_CACHE = createToken<ResponseCache>('response-cache')
