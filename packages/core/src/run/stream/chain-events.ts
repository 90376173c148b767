import type { Row, RowId } from '../../contracts/row.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { Entry } from './ordered-window.js'
import type { RowInWork } from './row-in-work.js'
import type { RowStep } from './row-step.js'
import type { StepBase } from './step-base.js'
import type { StepsElsewhere } from './steps-elsewhere.js'
import type { TraceRow } from './trace-row.js'

/** A child of a flatMap, and the link of the chain at which it starts. */
export interface Child extends RowInWork {
  readonly from: number
}

export interface RowChainOptions {
  readonly steps: readonly (RowStep | StepsElsewhere)[]
  readonly run: string
  /** The `params` that function steps receive. */
  readonly params: unknown
  /** No row continues after it has fired. */
  readonly signal: AbortSignal
  readonly trace?: TraceRow | undefined
  /** Receives a row that a step could not process. An error that it throws stops the stream. */
  readonly reject: (step: StepBase, rowId: RowId, row: Row, error: MaestroError) => void
}

/** The events of the rows in a chain. */
export interface ChainEvents {
  /** A row left at the end, was dropped, was rejected, or became its children. */
  leafDone(entry: Entry): void
  /** A row became these children, which the receiver must send on. */
  branched(entry: Entry, children: readonly Child[]): void
  failed(error: unknown): void
}
