import type { UsageTotals } from '../../contracts/report.js'
import type { CachedAnswer } from '../../contracts/response-cache.js'

/** What a call was made for, and what it took. */
export interface Spent {
  readonly step: string
  /** The name of the serving. */
  readonly serving: string
  readonly provider: string
  readonly usage: UsageTotals
  /** The attempts for the request until then, with those of earlier processes of the run. */
  readonly tries?: number
}

/** An answer in the record of a run. */
export interface RecordedAnswer {
  readonly answer: CachedAnswer
  /** What its calls took since the last record; `tries` counts all attempts for the question. */
  readonly spent?: Spent | undefined
}

/** An answer of a run. */
export interface RunAnswer extends RecordedAnswer {
  /** Whether an earlier process of the run paid for it, and this is its first use since. */
  readonly resumed: boolean
}

/** The finished calls of one run, which outlive the process. */
export interface RunAnswers {
  /** The answer to a question; undefined, without waiting, if the run has none. */
  get(key: string): RunAnswer | undefined
  /** An answer of an earlier process that did not become the final one, by its number. */
  turn(key: string, turn: number): RecordedAnswer | undefined
  /** Resolves when the answer is stored safely. */
  set(key: string, answer: CachedAnswer, spent: Spent | undefined): Promise<void>
  /** Stores an answer that does not become the final one: it fails its check, or it was cut off. */
  setTurn(key: string, turn: number, answer: CachedAnswer, spent: Spent | undefined): Promise<void>
  dispose(): Promise<void>
}
