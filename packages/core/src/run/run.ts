import type { SinkReport } from '../contracts/report.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import type { ObserverCounter } from './report/observer-failures.js'
import type { RejectGroups } from './report/reject-groups.js'
import type { UsageCounter } from './report/usage-counter.js'
import type { RunContext } from './run-context.js'
import type { RowOutput } from './run-outputs.js'
import type { TraceRow } from './stream/row-chain.js'

/** The options of a run. */
export interface PipelineRunOptions {
  readonly signal?: AbortSignal | undefined
  /** The maximum number of rows that are read from the source. */
  readonly limit?: number | undefined
  /** Whether the run may replace existing outputs. @default false */
  readonly overwrite?: boolean | undefined
  /** Whether to replace an existing output even if no row reaches it. @default the setting of the config */
  readonly allowEmpty?: boolean | undefined
  /** Whether to keep a run folder with the plan, events, rejected rows, and report. @default true */
  readonly keep?: boolean | undefined
  /** Receives the rows that the pipeline ends with. */
  readonly output?: RowOutput | undefined
  readonly trace?: TraceRow | undefined
  /** Receives each row that could not be processed. */
  readonly onReject?:
    | ((row: { readonly id: string; readonly row: unknown; readonly error: MaestroError }) => void)
    | undefined
}

/** One run, from its start to its report. */
export interface Run {
  readonly context: RunContext
  readonly compiled: CompiledPipeline
  readonly options: PipelineRunOptions
  /** Milliseconds since 1970. */
  readonly started: number
  readonly usage: UsageCounter
  readonly rejects: RejectGroups
  /** The outputs that have been committed. */
  readonly sinks: SinkReport[]
  /** The failures of plugins that observe the run. */
  readonly observers: ObserverCounter
  stopObserving(): void
  stopHearingObservers(): void
  /** The error of the last rejected row. */
  lastReject(): MaestroError | undefined
}
