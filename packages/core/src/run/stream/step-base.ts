import type { Row } from '../../contracts/row.js'
import type { StepChecks } from '../checks/step-checks.js'
import type { StepCounter } from '../report/step-counter.js'
import type { CallGate } from './call-gate.js'

/** What a step of a row stage is apart from its function. */
export interface StepBase {
  readonly id: string
  readonly onError: 'reject' | 'fail'
  readonly counter: StepCounter
  /** Checks what the operator returns against what it declares. */
  readonly checks?: StepChecks | undefined
  /** Whether the step works on a row. Without it, it works on all. */
  readonly where?: ((row: Row) => boolean) | undefined
  /** Bounds the calls in progress. */
  readonly gate?: CallGate | undefined
}
