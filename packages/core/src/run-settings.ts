import type { StageDecision } from './run/durability/decide-stages.js'
import type { RunCommand } from './run/durability/run-state.js'
import type { ResumeOptions } from './run/run.js'

/** How a pipeline is run. */
export interface RunSettings {
  /** The values of the pipeline's parameters. */
  readonly params?: Readonly<Record<string, unknown>>
  /** The maximum number of rows that are read from the source. */
  readonly limit?: number
  /** Whether the run may replace existing outputs. @default false */
  readonly overwrite?: boolean
  /** Whether to replace an existing output even if no row reaches it. @default `run.allowEmpty` of the config, else false */
  readonly allowEmpty?: boolean
  /** Whether the rows between stages stay when the run is done. @default `run.keepStepFiles` of the config, else false */
  readonly keepStepFiles?: boolean
  readonly signal?: AbortSignal
  /** The step after which the run stops. Its report is `paused`, and it can be resumed. @default the end */
  readonly until?: string
  /** Whether to ask models again instead of reusing the answers of other runs. @default false */
  readonly fresh?: boolean
  /**
   * Whether to process only the rows that are new or have changed since the last finished run. A resumed run is what it
   * was when it began.
   *
   * @default whether the pipeline says `incremental`, unless there is a limit
   */
  readonly incremental?: boolean
  /** Whether an incremental run tries again the rows that the last finished run rejected. @default false */
  readonly retryRejects?: boolean
  /**
   * Whether the whole content of the input files tells whether they have changed, when the run is resumed, instead of their size,
   * time, beginning, and end. A resumed run compares as it did when it began. @default false
   */
  readonly fullHash?: boolean
  /** The unfinished run to continue. Its other settings have to be those that it began with. @default a new run */
  readonly resume?: ResumeOptions
  /** The command line that starts the run, so that `maestro resume` can continue it. */
  readonly command?: RunCommand
  /** Receives what a resumed run does with each stage. */
  readonly onResume?: (decisions: readonly StageDecision[]) => void
}
