import type { RowId } from './row.js'

/** Row counts of one step: rowsIn + created = rowsOut + rejected + dropped + merged. */
export interface StepCounts {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly rejected: number
  readonly dropped: number
  readonly merged: number
  readonly created: number
}

/** Tokens, cost and calls of one step or a run. */
export interface UsageTotals {
  /** Requests that were put to a provider. */
  readonly requests: number
  readonly failedRequests: number
  /** Requests answered by an answer that was kept, or by an identical call that was under way. */
  readonly reusedAnswers: number
  /** Attempts after the first. */
  readonly retries: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input tokens: read from providers' prefix caches. */
  readonly cachedInputTokens: number
  /** Of the output tokens: spent on reasoning that is not shown. */
  readonly reasoningTokens: number
  /** Dollars; undefined when any price was not known. */
  readonly cost: number | undefined
}

export interface StepReport {
  readonly id: string
  readonly use: string
  readonly counts: StepCounts
  readonly usage?: UsageTotals
}

/** What a serving did in a run and how fast it may be asked. */
export interface ServingReport {
  readonly serving: string
  readonly usage: UsageTotals
  /** Calls that could be under way at once in the end, set or learnt. */
  readonly concurrency?: number
  /** Requests by the minute in the end, set or learnt; missing: not bounded. */
  readonly requestsPerMinute?: number
  /** How often it was left in peace because it had been asked too much. */
  readonly coolDowns: number
  /** What was odd about requests or replies and cost no answer, each with the number of requests. */
  readonly warnings: readonly { readonly message: string; readonly requests: number }[]
}

export interface SinkReport {
  readonly id: string
  readonly use: string
  readonly rows: number
  readonly location: string
}

/** Rejected rows of one step that failed with the same code. */
export interface RejectGroup {
  /** `source`, or the id of the step or sink. */
  readonly step: string
  readonly code: string
  readonly rows: number
  /** The message of the first row of the group. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string | undefined
  /** The id of the first row of the group. */
  readonly rowId: RowId
}

/** What a run did. The same data is in the run folder's `report.json`. */
export interface RunReport {
  readonly runId: string
  readonly pipeline: string
  readonly status: 'done' | 'failed' | 'aborted'
  readonly startedAt: string
  readonly durationMs: number
  /** rowsIn = source rows read, rejected = all rejects of all steps, rowsOut = rows that reached the sinks. */
  readonly counts: StepCounts
  readonly steps: readonly StepReport[]
  /** Why rows were rejected, the most frequent reason first. Each row is in `rejects.jsonl`. */
  readonly rejects: readonly RejectGroup[]
  readonly sinks: readonly SinkReport[]
  /** The servings that were asked. */
  readonly servings: readonly ServingReport[]
  readonly usage: UsageTotals
  /** The run folder, undefined for a run that keeps none. */
  readonly directory: string | undefined
  readonly error?: Readonly<Record<string, unknown>>
}
