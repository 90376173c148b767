import type { MaestroError } from '../errors/maestro-error.js'
import type { PipelinePlan } from './plan.js'
import type { RunReport, StepCounts, UsageTotals } from './report.js'
import type { LLMRequest, Serving, ServingKind, Usage } from './serving.js'

/** A run begins. */
export interface RunEvent {
  readonly runId: string
  readonly plan: PipelinePlan
  /** The run folder; undefined for a preview, which writes nothing. */
  readonly directory: string | undefined
}

/** The step that an event is about. */
export interface StepEvent {
  readonly runId: string
  readonly step: string
  readonly stage: number
}

/** A step begins. */
export interface StepStartEvent extends StepEvent {
  /** What earlier processes of a resumed run have done in the step. Missing if they have done nothing. */
  readonly before?: { readonly counts: StepCounts; readonly usage: UsageTotals }
}

/** Some rows have passed a step. The counts are totals since the start of the run. */
export interface BatchEvent extends StepEvent {
  readonly counts: StepCounts
}

/** The progress of reading a source. The counts are totals since the start of the run. */
export interface SourceProgressEvent {
  readonly runId: string
  readonly rows: number
  /** What earlier processes of a resumed run have read. Only the first event of the run has it. */
  readonly before?: StepCounts
  /** The maximum number of rows that will be read, if it is known. */
  readonly rowsTotal?: number
  readonly bytesRead?: number
  readonly bytesTotal?: number
  /** Set in the last event, when no more rows will be read. */
  readonly done?: boolean
}

/** A run requests a serving of the config for the first time. */
export interface ServingNeededEvent {
  /** Its name in the config. */
  readonly name: string
  readonly kind: ServingKind
  /**
   * Its options in the config, without the values from the environment; undefined for a serving that was created in
   * code.
   */
  readonly config: Readonly<Record<string, unknown>> | undefined
  /** Creates the serving. Its settings from the environment, such as its key, are read only then. */
  make(): Serving
}

/** A request to a serving, before it is made. */
export interface RequestEvent {
  readonly serving: string
  /** Its name in the config; missing for a serving given as an object outside of the config. */
  readonly configName?: string | undefined
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  readonly request: LLMRequest
}

/** The usage record of one request: a row's question and everything that was done to answer it. */
export interface RequestDoneEvent {
  readonly serving: string
  /** Its name in the config; missing for a serving given as an object outside of the config. */
  readonly configName?: string | undefined
  readonly provider: string
  readonly model: string
  readonly kind: ServingKind
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  /**
   * The origin of the answer: the provider, the call of another row that this one was packed with, the response cache,
   * an identical call in progress, or the run itself before it was interrupted.
   */
  readonly from: 'provider' | 'packed' | 'cache' | 'joined' | 'resumed'
  /** The key of the answer in the response cache, for `maestro cache explain`; only for language models. */
  readonly key?: string
  /** The tokens and dollars of this request; zero if no call was made. A failed request may cost too. */
  readonly usage?: Usage
  /** Undefined if the price is unknown. */
  readonly cost?: number | undefined
  /** The original usage of a cached answer. */
  readonly saved?: { readonly usage: Usage; readonly cost?: number }
  readonly error?: MaestroError
  /** The finish reason of the answer; only for language models. */
  readonly finishReason?: string
  /** The milliseconds from the first attempt to the end, without the wait in the queue. */
  readonly durationMs: number
  /** The milliseconds that it waited in the queue. */
  readonly waitedMs: number
  /** The number of attempts, including repairs. */
  readonly tries: number
  /** What earlier processes of a resumed run have spent on the request; it is counted already. */
  readonly before?: { readonly tries: number; readonly usage: Usage; readonly cost: number | undefined }
  /** The number of calls that it was split into, for example for a long list of texts. @default 1 */
  readonly calls?: number
  /** Warnings about the request or the reply that did not prevent an answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
  /** The part of the request that the record of the run's calls holds. */
  readonly recorded?: UsageTotals
}

/** The state of a serving's limiter. It is reported when it changes, at most a few times per second. */
export interface ServingStateEvent {
  readonly serving: string
  /** Its name in the config; missing for a serving given as an object outside of the config. */
  readonly configName?: string | undefined
  /** The current maximum of calls in progress at once, set or learnt. */
  readonly concurrency: number
  readonly inFlight: number
  readonly waiting: number
  /** The current maximum of requests per minute, set or learnt; undefined if there is no limit. */
  readonly requestsPerMinute?: number
  /** The milliseconds that the account's cool-down lasts. */
  readonly coolDownMs?: number
  /** The failures since the last answer: since when (milliseconds since 1970), how many, and the last message. */
  readonly failing?: { readonly since: number; readonly failures: number; readonly reason: string }
}

/** A row was rejected. */
export interface RejectEvent extends StepEvent {
  readonly rowId: string
  readonly row: unknown
  readonly error: MaestroError
  readonly tries: number
}

/** Steps of a run go to workers. */
export interface TaskEvent {
  readonly runId: string
  readonly stage: number
  /** The ids of the steps, in order. */
  readonly steps: readonly string[]
  /** What the observers in each worker receive, such as a trace context. It begins empty. */
  readonly carrier: Readonly<Record<string, string>>
}

/** A worker runs some rows of a task. */
export interface PartitionEvent extends TaskEvent {
  /** The number of the partition, from 0. */
  readonly partition: number
  /** The number of the attempt, from 1. */
  readonly attempt: number
  readonly rows: number
}

/** A worker has finished its rows, or has failed. */
export interface PartitionDoneEvent extends PartitionEvent {
  readonly durationMs: number
  /** The error that ends the run. Rejected rows are none. */
  readonly error?: MaestroError | undefined
}

/** A step has ended. The counts are totals. */
export interface StepDoneEvent extends StepEvent {
  readonly counts: StepCounts
}

/** The plan of a requested run has faults, or could not be made. */
export interface PlanFailedEvent {
  /** The name of the pipeline, as far as it is known. */
  readonly pipeline: string | undefined
  readonly error: MaestroError
}

/** A run has ended, with success or without. */
export interface RunDoneEvent {
  readonly runId: string
  readonly report: RunReport
}
