import type { ComponentDefinition } from './component-definition.js'
import type { RowId } from './row.js'
import { createToken } from './token.js'

/** An answer as it is kept: plain JSON data. */
export type CachedAnswer = Readonly<Record<string, unknown>>

/** What the key of an answer is made of: each part's text or hash by its name, such as `model`, `messages`, `schema`. */
export type KeyParts = Readonly<Record<string, string>>

/** The request that an answer belongs to. It is not part of the key, since other rows may send the same request. */
export interface AnswerOrigin {
  /** The run, by which a cache can tell what is still in use from what is left over. */
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: RowId | undefined
}

/** What a cache knows of an entry besides its answer. */
export interface CacheEntry extends Omit<AnswerOrigin, 'run'> {
  readonly key: string
  readonly parts: KeyParts
  /** ISO 8601. */
  readonly storedAt: string
  readonly bytes: number
}

/** An entry with its answer. */
export interface CacheRecord extends CacheEntry {
  readonly answer: CachedAnswer
}

export interface CacheStats {
  readonly entries: number
  /** Of the answers, as JSON text. */
  readonly bytes: number
  /** Where they are kept, for people. */
  readonly location?: string
  /** Bytes that the place itself takes. */
  readonly size?: number
  /** When the oldest and the newest entry were stored, in ISO 8601. */
  readonly oldest?: string
  readonly newest?: string
}

/** Which entries are meant; what is not set is not asked for. */
export interface CacheSelection {
  /** Stored before this time, in ISO 8601. */
  readonly storedBefore?: string
  /** The model that answered. */
  readonly model?: string
}

/** What a cache can say about an entry. */
export interface CacheExplanation {
  /** The entry that is meant; undefined when there is none, or more than one. */
  readonly entry: CacheEntry | undefined
  /** All entries that may be meant, the newest first. */
  readonly candidates: readonly CacheEntry[]
  /** Other entries of the same row and step, or, where there are none, those that share the most parts; best first. */
  readonly nearest: readonly CacheEntry[]
}

/**
 * Finished answers by the key of everything that changes them. Errors are never put in. Trouble of its own, such as a
 * full disk, a cache tells the log: to its users that is an answer which is not there.
 */
export interface ResponseCache {
  get(key: string, origin?: AnswerOrigin): Promise<CachedAnswer | undefined>
  /** Done when the answer is kept safely, or cannot be. */
  set(key: string, answer: CachedAnswer, parts: KeyParts, origin?: AnswerOrigin): Promise<void>
  delete(key: string): Promise<boolean>
  /** Takes entries out: all, or those that are meant. @returns how many */
  clear(which?: CacheSelection): Promise<number>
  stats(): Promise<CacheStats>
  /** The entries stored last, the newest first; of one row only, when it is named. */
  list?(options: { readonly last: number; readonly rowId?: RowId | undefined }): Promise<readonly CacheRecord[]>
  /** What is known of a key, of the beginning of one, or of the last entry that was asked for a row. */
  explain?(keyOrRow: string): Promise<CacheExplanation>
  dispose(): Promise<void>
}

/** A cache as a plugin contributes it. */
export type CacheDefinition = ComponentDefinition<ResponseCache>

/** The answers that are kept. */
export const RESPONSE_CACHE = createToken<ResponseCache>('response-cache')
