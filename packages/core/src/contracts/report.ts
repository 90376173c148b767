import type { IncrementalReport } from './incremental.js'
import type { RowId } from './row.js'

/** Row counts of one step: rowsIn + created = rowsOut + rejected + dropped + merged. */
export interface StepCounts {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly rejected: number
  readonly dropped: number
  readonly merged: number
  readonly created: number
  /** Rows that passed the step by, because they do not match its `where`. They are among `rowsOut`. */
  readonly passedBy?: number
}

/** Tokens, cost, and calls of one step or a run. */
export interface UsageTotals {
  /** Requests that were sent to a provider. */
  readonly requests: number
  readonly failedRequests: number
  /** Requests that were answered by the response cache or by an identical call in progress. */
  readonly reusedAnswers: number
  /** Attempts after the first. */
  readonly retries: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** The part of the input tokens that was read from providers' prefix caches. */
  readonly cachedInputTokens: number
  /** The part of the output tokens that was spent on hidden reasoning. */
  readonly reasoningTokens: number
  /** Dollars; undefined if any price is unknown. */
  readonly cost: number | undefined
}

/** What a step did in a run. */
export interface StepReport {
  readonly id: string
  readonly use: string
  readonly counts: StepCounts
  readonly usage?: UsageTotals
}

/** What a serving did in a run, and its limits. */
export interface ServingReport {
  readonly serving: string
  readonly usage: UsageTotals
  /** The final maximum of calls in progress at once, set or learnt. */
  readonly concurrency?: number
  /** The final maximum of requests per minute, set or learnt; missing if there is no limit. */
  readonly requestsPerMinute?: number
  /** The number of its cool-downs. */
  readonly coolDowns: number
  /** Warnings about requests or replies that did not prevent an answer, each with the number of requests. */
  readonly warnings: readonly { readonly message: string; readonly requests: number }[]
}

/** What a sink wrote in a run. */
export interface SinkReport {
  readonly id: string
  readonly use: string
  readonly rows: number
  readonly location: string
}

/** The failures of one plugin at one hook that it observes. They changed nothing about the rows. */
export interface ObserverReport {
  readonly plugin: string
  readonly hook: string
  readonly failures: number
  /** The message of the first failure. */
  readonly message: string
}

/** The rejected rows of one step that failed with the same code. */
export interface RejectGroup {
  /** `source`, or the id of the step or sink. */
  readonly step: string
  readonly code: string
  readonly rows: number
  /** The message of the first row of the group. */
  readonly message: string
  /** What the user can do about it. */
  readonly hint: string | undefined
  /** The id of the first row of the group. */
  readonly rowId: RowId
}

/** The rows that one step left out on purpose for the same reason, as the ledger of the run knows them. */
export interface DropGroup {
  readonly step: string
  readonly outcome: 'dropped' | 'merged'
  readonly rows: number
  /** What the operator or the table engine said; undefined if it said nothing. */
  readonly reason: string | undefined
  /** The id of the first row of the group. */
  readonly rowId: RowId
  /** The row that it was merged into. */
  readonly into?: RowId
}

/** Something that a step tells the user, such as what it left as it was and what to do about it. */
export interface StepWarning {
  readonly step: string
  readonly message: string
}

/** What a run did. `report.json` in the run folder holds the same data. */
export interface RunReport {
  readonly runId: string
  readonly pipeline: string
  readonly status: 'done' | 'failed' | 'aborted' | 'paused'
  readonly startedAt: string
  readonly durationMs: number
  /** rowsIn = source rows read, rejected = rejected rows of all steps, rowsOut = rows that reached the sinks. */
  readonly counts: StepCounts
  readonly steps: readonly StepReport[]
  /** The reasons of rejected rows, the most frequent first. `rejects.jsonl` lists each row. */
  readonly rejects: readonly RejectGroup[]
  /** The reasons of rows that steps left out, the most frequent first; missing if there are none. */
  readonly drops?: readonly DropGroup[]
  /** What steps tell the user; missing if they tell nothing. */
  readonly warnings?: readonly StepWarning[]
  /** What the user may change, by what was measured in the run; missing if there is nothing. */
  readonly advice?: readonly StepWarning[]
  readonly sinks: readonly SinkReport[]
  /** What an incremental run found in its input. The other counts are those of the rows that it processed. */
  readonly incremental?: IncrementalReport
  /** Plugins that failed while they observed the run; missing if none did. */
  readonly observers?: readonly ObserverReport[]
  /** The servings that the run used. */
  readonly servings: readonly ServingReport[]
  readonly usage: UsageTotals
  /** The run folder; undefined for a run that keeps none. */
  readonly directory: string | undefined
  readonly error?: Readonly<Record<string, unknown>>
}
