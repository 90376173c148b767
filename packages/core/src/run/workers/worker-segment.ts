import type { StepWorkers } from '../../contracts/step-workers.js'
import type { RowStep } from '../stream/row-step.js'
import type { StepsElsewhere } from '../stream/steps-elsewhere.js'
import type { LateWorkers } from './late-workers.js'

/** Consecutive steps of a chain that workers run. */
export interface WorkerSegment extends StepsElsewhere {
  readonly workers: StepWorkers
  /** The same workers, if they are opened only when the steps have kept this process busy. Until then, rows run here. */
  readonly late?: LateWorkers | undefined
  /** The name of the executor that they belong to, for messages. */
  readonly executor: string
  /** Whether the results are taken in the order of the rows, and not as they arrive. */
  readonly keepsOrder: boolean
  /** Whether rows are sent as they are. */
  readonly clonesRows: boolean
  /** The number of rows of a partition is a multiple of this, where possible. */
  readonly batchSize: number
  readonly rowsInFlight: number
  /** The steps in this process, for rows that cannot be sent. They count nothing. */
  ownSteps(): readonly RowStep[]
  /** Takes a request to a model that a worker has made. */
  takeRequest(request: string): void
}
