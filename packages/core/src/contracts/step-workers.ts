import type { RunConfig } from './config.js'
import type { Logger } from './logger.js'
import type { PlannedStep } from './plan.js'
import type { Row, RowId } from './row.js'

/*
 * Everything here is data: it survives a structured clone, and JSON too if the workers take rows as text.
 */

/** A row on its way: a line of a step file, or the row itself if it is only carried from thread to thread. */
export type SentRow = string | Row

/** Where a worker finds the pipeline that it works for. */
export interface PipelineOrigin {
  /** The config file. A worker on another machine has its own path for it. */
  readonly config: string
  /** The name of the pipeline, or the path of its file from the folder of the config. */
  readonly pipeline: string
  /** The path of its file from the folder of the config. */
  readonly file: string
  readonly params: Readonly<Record<string, unknown>>
  /** The hashes of the modules that it consists of, by names for people. */
  readonly modules: Readonly<Record<string, string>>
  /** The versions of the plugins that contribute its operators and models, and the hashes of those in the project. */
  readonly plugins: Readonly<Record<string, string>>
}

/**
 * Steps that are in the module of the pipeline: functions and operator objects. A worker that reads the files of the run
 * opens neither plugins nor a plan for them.
 */
export interface ModuleSteps {
  readonly planned: readonly PlannedStep[]
  readonly settings: RunConfig
}

/** Consecutive steps of a stage that workers run, and what a worker needs for them besides the rows. */
export interface WorkerTask {
  readonly run: string
  readonly stage: number
  /** The ids of the steps, in order. */
  readonly steps: readonly string[]
  readonly origin: PipelineOrigin
  /** The steps as they are planned, if the module of the pipeline holds all of them and nobody observes the workers. */
  readonly inModule?: ModuleSteps | undefined
  /** What the worker has to find there: the versions and options of the steps, by names for people. */
  readonly expected: Readonly<Record<string, string>>
  /** The maximum number of rows that a worker has in progress at once. */
  readonly rowsInFlight: number
  /** Whether the answers of other runs are not reused. */
  readonly fresh: boolean
  /** Whether rows are sent as they are, where a structured clone keeps them, and not as text. */
  readonly clonesRows: boolean
  /** What observers of the run send to those in the workers, such as a trace context. */
  readonly carrier: Readonly<Record<string, string>>
}

/** Consecutive rows at the beginning of a task's steps. */
export interface RowPartition {
  /** Its number in the task, from 0. */
  readonly index: number
  readonly ids: readonly RowId[]
  readonly rows: readonly SentRow[]
  /** The number of rows after each step that the report still needs. */
  readonly samples: number
  /** Whether it is a part of a partition of which workers have died. It then runs alone, and is not tried again. */
  readonly isSuspect: boolean
}

/** An error as data. */
export interface ErrorData {
  readonly message: string
  /** Missing for an error that is not a MaestroError. */
  readonly code?: string | undefined
  /** The name of an error that is not a MaestroError. */
  readonly name?: string | undefined
  readonly hint?: string | undefined
  /** In the encoding of a value of a step file. */
  readonly details?: string | undefined
  readonly retryable?: boolean | undefined
  readonly stopsRun?: boolean | undefined
  readonly plugin?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  readonly tries?: number | undefined
  readonly stack?: string | undefined
  readonly cause?: ErrorData | undefined
}

/**
 * What became of one row: the row that came out, or where it ended. `null` stands for a row that cannot be sent, which
 * the run then takes through the steps itself.
 */
export type SentOutcome =
  | null
  | { readonly row: SentRow }
  | { readonly dropped: string; readonly reason?: string | undefined }
  | { readonly rejected: string; readonly given: SentRow; readonly error: ErrorData }
  /** The children that the step made of it, whose ids are `<id>/<step>/<number from 0>`. */
  | { readonly split: string; readonly into: readonly SentOutcome[] }

/** What became of the rows of a partition. */
export interface PartitionResult {
  /** One outcome for each row, in order; empty after a failure. */
  readonly outcomes: readonly SentOutcome[]
  /** The error that ends the run. */
  readonly failure?: ErrorData | undefined
  /** Rows after each step, as asked for. */
  readonly samples: readonly { readonly step: string; readonly id: RowId; readonly row: SentRow }[]
  /** The requests to models that the worker made itself. Each is a `RequestDoneEvent` as a value of a step file. */
  readonly requests: readonly string[]
  /** The milliseconds that the worker took. */
  readonly milliseconds: number
}

/** Workers for one task. */
export interface StepWorkers {
  /** The number of partitions that they run at once. It may change as workers come and go. */
  readonly width: number
  /** How large a partition should be. */
  readonly partition: {
    /** The time that it should take, in milliseconds. */
    readonly milliseconds: number
    readonly leastRows: number
    readonly mostRows: number
  }
  /**
   * Runs one partition, wherever. If a worker dies of it, it is tried again, once and alone, unless it is suspect.
   *
   * @throws MAESTRO_WORKER_CRASHED if a worker died of it for the last time; the run then tries halves of the partition, down to the row
   */
  run(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult>
  /** Called once, at the end of the stage, whatever the outcome. */
  dispose(): Promise<void>
}

/** The steps of a task as a worker has opened them. */
export interface OpenedSteps {
  /**
   * Runs one partition. Several may run at once.
   *
   * @param attempt Its number, for observers. @default 1
   * @throws MAESTRO_RUN_ABORTED when the signal fires
   */
  run(partition: RowPartition, signal: AbortSignal, attempt?: number): Promise<PartitionResult>
  dispose(): Promise<void>
}

/** A process that takes part in the runs of its project. */
export interface WorkerService {
  /** The number of partitions that it runs at once. */
  readonly concurrency: number
  /** What it can do that not every worker can. It takes the steps that ask for one of these too. */
  readonly tags: readonly string[]
  readonly logger: Logger
  /** Ends the work. Partitions in progress are finished first. */
  readonly signal: AbortSignal
  /** Opens the steps of a task from its own files. @throws MAESTRO_WORKER_OTHER_PLAN, and what loading them throws */
  open(task: WorkerTask): Promise<OpenedSteps>
}

/** What a worker process does. */
export interface WorkerState {
  readonly name: string
  readonly tags: readonly string[]
  readonly concurrency: number
  /** Milliseconds since it was heard of. */
  readonly silentMs: number
  /** The tasks that it works for. */
  readonly tasks: readonly {
    readonly run: string
    readonly steps: readonly string[]
    /** The partitions in progress, and the number of finished ones. */
    readonly running: readonly number[]
    readonly done: number
  }[]
  /** The runs that it cannot take part in, and why. */
  readonly refused: readonly { readonly run: string; readonly reason: string }[]
}

/** What an executor's workers can do, and how they are opened. */
export interface WorkerPool {
  /**
   * Whether the workers ask models themselves, with limits and answers that they share. Otherwise, steps that ask models
   * stay in the process of the run.
   */
  readonly asksServings: boolean
  /**
   * Whether rows reach the workers by a structured clone, which takes less time than text. Otherwise, everything can be
   * written as JSON. @default false
   */
  readonly clonesRows?: boolean
  /**
   * Whether the workers are opened only after the steps have kept the process of the run busy for some seconds. Until then,
   * the steps run there. Only steps that are `stateless` leave it. @default false
   */
  readonly startsWhenBusy?: boolean
  /**
   * Finds workers for a task.
   *
   * @throws what a worker says that cannot take it, such as MAESTRO_WORKER_OTHER_PLAN; the steps then stay in the process
   *   of the run, with a warning
   */
  open(task: WorkerTask, context: { readonly signal: AbortSignal; readonly logger: Logger }): Promise<StepWorkers>
  /** Takes part in all runs of the project until the signal of the service fires. Missing if workers are not started by hand. */
  serve?(service: WorkerService): Promise<void>
  /** The workers that were heard of lately. */
  list?(): Promise<readonly WorkerState[]>
}
