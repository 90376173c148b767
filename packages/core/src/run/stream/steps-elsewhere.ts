import type { Row } from '../../contracts/row.js'
import type { Entry, Leaf } from './ordered-window.js'
import type { RowInWork } from './row-in-work.js'
import type { StepBase } from './step-base.js'
import type { TraceRow } from './trace-row.js'

/** What rows did in steps that ran elsewhere. */
export interface SettledEvents {
  /** A row came out, changed. */
  passed(work: RowInWork, row: Row): void
  /** A step rejected a row, or one of its children. */
  rejected(step: StepBase, leaf: Leaf, row: Row, error: unknown): void
  /** A row ended, and these of its children came out. */
  split(entry: Entry, children: readonly RowInWork[]): void
}

export interface ElsewhereEvents extends SettledEvents {
  failed(error: unknown): void
}

export interface ElsewhereContext {
  readonly run: string
  readonly params: unknown
  readonly signal: AbortSignal
  readonly trace?: TraceRow | undefined
}

/** The rows of a stream on their way to and from steps that run elsewhere. */
export interface RowsElsewhere {
  add(work: RowInWork): void
  /** No further row will arrive for now. */
  flush(): void
  dispose(): void
}

/** Consecutive steps of a chain that do not run in the process of the run. */
export interface StepsElsewhere {
  readonly kind: 'workers'
  /** What the process of the run keeps of the steps. */
  readonly steps: readonly StepBase[]
  open(context: ElsewhereContext, events: ElsewhereEvents): RowsElsewhere
}
