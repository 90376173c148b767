import type { Disposable } from '../container/dispose-all.js'
import type { StepWarning } from '../contracts/report.js'
import type { StorageContext } from '../contracts/storage-context.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import type { DurableRun } from './durability/durable-run.js'
import type { Lease } from './durability/lease.js'
import type { IncrementalRun } from './incremental/incremental-run.js'
import type { RunLedger } from './ledger/run-ledger.js'
import type { RowSamples } from './record/row-samples.js'
import type { RejectPolicy } from './report/reject-policy.js'
import type { RejectedBefore } from './report/rejected-before.js'
import type { StepCounter } from './report/step-counter.js'
import type { UsageCounter } from './report/usage-counter.js'
import type { RunEnvironment } from './run-environment.js'
import type { RunOutputs } from './run-outputs.js'
import type { Journal } from './state/journal.js'
import type { RunFolder } from './state/run-folder.js'
import type { TraceRow } from './stream/trace-row.js'
import type { StepTimes } from './workers/step-times.js'

/** The state of a run in progress. */
export interface RunContext extends RunEnvironment {
  readonly compiled: CompiledPipeline
  readonly runId: string
  readonly folder: RunFolder
  /** The right of this process to write the folder. */
  readonly lease: Lease
  readonly journal: Journal
  /** What happened to each row; undefined for a run that keeps no folder. */
  readonly ledger: RunLedger | undefined
  /** Rows for the report; undefined for a run that keeps no folder. */
  readonly samples: RowSamples | undefined
  readonly rejects: RejectPolicy
  /** The rejected rows, if a step must know them. */
  readonly rejectedBefore: RejectedBefore | undefined
  /** What makes the run resumable; undefined for a run that keeps no folder. */
  readonly durable: DurableRun | undefined
  /** What makes the run process only some rows of its input; undefined if it processes all. */
  readonly incremental: IncrementalRun | undefined
  readonly counters: ReadonlyMap<string, StepCounter>
  /** Rows of the source, and records that could not be read as rows. */
  readonly sourceCounter: StepCounter
  /** The context that sources and sinks receive. */
  readonly storage: StorageContext
  readonly outputs: RunOutputs
  readonly usage: UsageCounter
  /** Operators to dispose at the end. */
  readonly operators: Disposable[]
  readonly signal: AbortSignal
  /** What steps tell the user, for the report. */
  readonly warnings: StepWarning[]
  /** How long steps that threads could run kept this thread busy. */
  readonly stepTimes: StepTimes
  readonly overwrite: boolean
  /** Whether the answers of other runs are not reused. */
  readonly isFresh: boolean
  /** The maximum number of rows that are read from the source. */
  readonly limit: number | undefined
  readonly trace: TraceRow | undefined
  /**
   * Records a row that could not be processed.
   *
   * @param counter The counter of the step, if it knows how many rows have succeeded so far.
   * @param hold Takes the function that writes the row to the records of the run, to call it later. By default, the row
   *   is written at once.
   * @throws the error that stops the run
   */
  reject(
    place: { readonly step: string; readonly use: string; readonly stage: number },
    counter: StepCounter | undefined,
    row: {
      readonly id: string
      readonly row: unknown
      readonly error: MaestroError
    },
    hold?: (record: () => void) => void,
  ): void
}
