import type { CacheSelection } from '@maestro-dataflow/core'

/** An answer as a server stores it. */
export interface StoredAnswer {
  /** The answer as JSON. */
  readonly text: string
  readonly bytes: number
  readonly model: string
}

/** The answers on a server. Times are those of the server. */
export interface AnswerTable {
  /** For people, without a password. */
  readonly location: string
  /** @param ttl Older answers are not found. */
  get(id: string, ttl: number | undefined): Promise<string | undefined>
  /** @param ttl Some older answers are removed. */
  put(id: string, answer: StoredAnswer, ttl: number | undefined): Promise<void>
  delete(id: string): Promise<boolean>
  clear(which: CacheSelection): Promise<number>
  stats(): Promise<{
    readonly entries: number
    readonly bytes: number
    /** Milliseconds since 1970. */
    readonly oldest: number | undefined
    readonly newest: number | undefined
  }>
  dispose(): Promise<void>
}
