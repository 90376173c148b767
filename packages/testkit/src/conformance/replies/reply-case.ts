import type { Sampling, Schema, Usage } from '@maestro-dataflow/core'
import type { Said } from '../../reply-dialect.js'

/** What a model answers, and the expected result. */
export interface ReplyCase {
  /** The replies to the first request, the second, and so on; the last one repeats. */
  readonly said: readonly Said[]
  /** Whether JSON is requested: `{ "tone": "good" }` or `{ "tone": "bad" }`. */
  readonly json?: boolean
  /** Another schema of the answer. Its check turns the answer into the expected object. */
  readonly schema?: Schema
  /** The question. @default 'Good or bad?' */
  readonly question?: string
  /** The settings of the request. */
  readonly settings?: Sampling
  /** The number of calls, one after another; the last one is checked. @default 1 */
  readonly calls?: number
  /** The number of rows that are asked together, and of all rows; the last one is checked. */
  readonly packed?: { readonly rowsPerCall: number; readonly rows: number }
  /** The setting of the serving. @default 1 */
  readonly retries?: number
  /** Milliseconds, as in the settings of a serving. */
  readonly timeout?: { readonly attempt?: number; readonly total?: number; readonly outage?: number }
  readonly expected: {
    readonly text?: string
    readonly object?: unknown
    readonly reasoning?: string
    /** What the call records, whatever its outcome. */
    readonly usage?: Partial<Usage>
    /** The code of the error, without `MAESTRO_SERVING_`. */
    readonly code?: string
    /** Words that the error must contain. */
    readonly words?: string
    /** Words of a warning. */
    readonly warning?: string
    /** The number of attempts beyond the first that the call records. */
    readonly retries?: number
    /** What the last request must not contain. */
    readonly unsent?: string
    /** The number of requests, or their maximum. @default one for each reply */
    readonly asked?: number | { readonly most: number }
  }
}

/** The answer that the cases with a schema expect. */
export const bad = { tone: 'bad' }
export const answer = JSON.stringify(bad)
/** A draft of the answer, which is wrong. */
export const draft = '{"tone":"good"}'

/** Cases of a list, each with its name. */
export const byName = <Item>(
  items: Readonly<Record<string, Item>>,
  name: (what: string) => string,
  toCase: (item: Item) => ReplyCase,
): Readonly<Record<string, ReplyCase>> =>
  Object.fromEntries(Object.entries(items).map(([what, item]) => [name(what), toCase(item)]))
