import type { ComponentDefinition } from './component-definition.js'
import type { RowId } from './row.js'
import { createToken } from './token.js'

/** An answer as it is stored: plain JSON data. */
export type CachedAnswer = Readonly<Record<string, unknown>>

/** The parts of an answer's key: the text or hash of each part by its name, such as `model`, `messages`, `schema`. */
export type KeyParts = Readonly<Record<string, string>>

/** The request that an answer belongs to. It is not a part of the key, because other rows may send the same request. */
export interface AnswerOrigin {
  /** The run, which lets a cache distinguish the answers in use from older ones. */
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: RowId | undefined
}

/** What a cache knows about an entry besides its answer. */
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

/** What a response cache holds. */
export interface CacheStats {
  readonly entries: number
  /** The bytes of the answers, as JSON text. */
  readonly bytes: number
  /** Where the answers are stored, for people. */
  readonly location?: string
  /** The bytes that the storage itself takes. */
  readonly size?: number
  /** When the oldest and the newest entry were stored, in ISO 8601. */
  readonly oldest?: string
  readonly newest?: string
}

/** Selects entries; a property that is not set does not restrict the selection. */
export interface CacheSelection {
  /** Stored before this time, in ISO 8601. */
  readonly storedBefore?: string
  /** The model that answered. */
  readonly model?: string
}

/** What a cache can say about an entry. */
export interface CacheExplanation {
  /** The selected entry; undefined if there is none, or more than one. */
  readonly entry: CacheEntry | undefined
  /** All entries that the selection may mean, newest first. */
  readonly candidates: readonly CacheEntry[]
  /** Other entries of the same row and step, or, if there are none, those that share the most parts; best first. */
  readonly nearest: readonly CacheEntry[]
}

/**
 * Stores complete answers by the key of everything that affects them. Errors are never stored. A cache logs its own
 * problems, such as a full disk; for its users, the answer is then missing.
 */
export interface ResponseCache {
  get(key: string, origin?: AnswerOrigin): Promise<CachedAnswer | undefined>
  /** Resolves when the answer is stored safely, or cannot be stored. */
  set(key: string, answer: CachedAnswer, parts: KeyParts, origin?: AnswerOrigin): Promise<void>
  delete(key: string): Promise<boolean>
  /** Removes all entries, or the selected ones. @returns their number */
  clear(which?: CacheSelection): Promise<number>
  stats(): Promise<CacheStats>
  /** The entries that were stored last, newest first; only those of one row if it is named. */
  list?(options: { readonly last: number; readonly rowId?: RowId | undefined }): Promise<readonly CacheRecord[]>
  /** What is known about a key, about a prefix of a key, or about the last entry of a row. */
  explain?(keyOrRow: string): Promise<CacheExplanation>
  dispose(): Promise<void>
}

/** A cache as a plugin contributes it. */
export type CacheDefinition = ComponentDefinition<ResponseCache>

/** The response cache. */
export const RESPONSE_CACHE = createToken<ResponseCache>('response-cache')
