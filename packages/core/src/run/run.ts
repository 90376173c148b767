import type { SinkReport } from '../contracts/report.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import type { StageDecision } from './durability/decide-stages.js'
import type { ResumeSettings } from './durability/durable-run.js'
import type { RunCommand } from './durability/run-state.js'
import type { ObserverCounter } from './report/observer-failures.js'
import type { RejectGroups } from './report/reject-groups.js'
import type { UsageCounter } from './report/usage-counter.js'
import type { RunContext } from './run-context.js'
import type { RowOutput } from './run-outputs.js'
import type { TraceRow } from './stream/trace-row.js'

/** How an unfinished run is continued. */
export interface ResumeOptions extends ResumeSettings {
  readonly run: string
  /** `fullHash` from now on. If the run began without it, the stages that read files run again. @default as it began */
  readonly fullHash?: boolean | undefined
}

/** The options of a run. */
export interface PipelineRunOptions {
  readonly signal?: AbortSignal | undefined
  /** The maximum number of rows that are read from the source. */
  readonly limit?: number | undefined
  /** Whether the run may replace existing outputs. @default false */
  readonly overwrite?: boolean | undefined
  /** Whether to replace an existing output even if no row reaches it. @default the setting of the config */
  readonly allowEmpty?: boolean | undefined
  /** Whether the rows between stages stay when the run is done. @default the setting of the config */
  readonly keepStepFiles?: boolean | undefined
  /** Whether to keep a run folder with the plan, events, rejected rows, and report. @default true */
  readonly keep?: boolean | undefined
  /** Receives the rows that the pipeline ends with. */
  readonly output?: RowOutput | undefined
  readonly trace?: TraceRow | undefined
  /** The step after which the run stops. It is then paused, and can be resumed. */
  readonly until?: string | undefined
  /** Whether to ask models again instead of reusing answers of other runs, or of this run before. @default false */
  readonly fresh?: boolean | undefined
  /**
   * Whether the run processes only the rows that are new or have changed since the last finished run. A resumed run is
   * what it was when it began.
   *
   * @default whether the pipeline says `incremental`
   */
  readonly incremental?: boolean | undefined
  /** Whether an incremental run tries again the rows that the last finished run rejected. @default false */
  readonly retryRejects?: boolean | undefined
  /**
   * Whether the whole content of the input files tells whether they have changed, when the run is resumed, instead of their size,
   * time, beginning, and end. A resumed run compares as it did when it began. @default false
   */
  readonly fullHash?: boolean | undefined
  /** The unfinished run to continue. @default a new run */
  readonly resume?: ResumeOptions | undefined
  /** The command line that started the run, so that another one can resume it. */
  readonly command?: RunCommand | undefined
  /** Receives what a resumed run does with each stage. */
  readonly onResume?: ((decisions: readonly StageDecision[]) => void) | undefined
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
  /** When this process began to work on it, in milliseconds since 1970. */
  readonly started: number
  /** When the run began, in ISO 8601. */
  readonly startedAt: string
  readonly usage: UsageCounter
  readonly rejects: RejectGroups
  /** The outputs that have been committed. */
  readonly sinks: SinkReport[]
  /** The failures of plugins that observe the run. */
  readonly observers: ObserverCounter
  /** Whether it has stopped after the step that was asked for. */
  isPaused: boolean
  stopObserving(): void
  stopHearingObservers(): void
  /** The error of the last rejected row. */
  lastReject(): MaestroError | undefined
  /** Takes over the error of a row that an earlier process of the run rejected. */
  restoredReject(error: MaestroError): void
}
