import type { MaestroError } from '../errors/maestro-error.js'
import type { ExecutorDefinition, TableEngineDefinition } from './execution.js'
import type { OperatorDefinition } from './operator-definition.js'
import type { PipelinePlan } from './plan.js'
import type { PromptDefinition } from './prompt-definition.js'
import type { RunReport, StepCounts, UsageTotals } from './report.js'
import type { CacheDefinition } from './response-cache.js'
import type { LLMRequest, Serving, ServingKind, Usage } from './serving.js'
import type { ServingDefinition } from './serving-definition.js'
import type { SharedLimitsDefinition } from './shared-limits.js'
import type { StorageDefinition } from './storage.js'
import type { Provider } from './token.js'
import type { VectorStoreDefinition } from './vector-store.js'

/** How a tap is held. */
export interface TapOptions {
  /**
   * Whether the run must not go on without this tap: what it throws ends the run. The failure of any other tap is
   * reported once and counted in the report, and the run goes on.
   *
   * @default false
   */
  readonly critical?: boolean
}

/** The name of the plugin that taps, alone or with options. */
export type TapName = string | ({ readonly name: string } & TapOptions)

/** Taps run in order, and their results are ignored. */
export interface ObserveHook<Event> {
  readonly hookKind?: 'sync'
  tap(name: TapName, tap: (event: Event) => void): void
}

/** Taps run one after the other; each is awaited. */
export interface SeriesHook<Event> {
  readonly hookKind?: 'async-series'
  tap(name: TapName, tap: (event: Event) => void): void
  tapPromise(name: TapName, tap: (event: Event) => Promise<void>): void
}

/** Each tap receives the result of the previous tap. */
export interface WaterfallHook<Value> {
  readonly hookKind?: 'waterfall'
  tap(name: string, tap: (value: Value) => Value): void
}

/** Collects the contributions of one kind. */
export interface Registrar<Definition> {
  /** @throws MAESTRO_REGISTRY_DUPLICATE if the name is taken */
  add(definition: Definition): void
}

/** All contributions of plugins, by the names of the kinds in manifests. */
export interface Contributions {
  operators: OperatorDefinition
  prompts: PromptDefinition
  servings: ServingDefinition
  storages: StorageDefinition
  vectorStores: VectorStoreDefinition
  caches: CacheDefinition
  limits: SharedLimitsDefinition
  executors: ExecutorDefinition
  tableEngines: TableEngineDefinition
}

export type ContributionKind = keyof Contributions

export interface RunEvent {
  readonly runId: string
  readonly plan: PipelinePlan
  /** The run folder; undefined for a preview, which writes nothing. */
  readonly directory: string | undefined
}

export interface StepEvent {
  readonly runId: string
  readonly step: string
  readonly stage: number
}

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

export interface PartitionDoneEvent extends PartitionEvent {
  readonly durationMs: number
  /** The error that ends the run. Rejected rows are none. */
  readonly error?: MaestroError | undefined
}

export interface StepDoneEvent extends StepEvent {
  readonly counts: StepCounts
}

export interface PlanFailedEvent {
  /** The name of the pipeline, as far as it is known. */
  readonly pipeline: string | undefined
  readonly error: MaestroError
}

export interface RunDoneEvent {
  readonly runId: string
  readonly report: RunReport
}

/** How plugins see a hook of each kind. */
interface HookOfKind<Event> {
  readonly sync: ObserveHook<Event>
  readonly 'async-series': SeriesHook<Event>
  readonly waterfall: WaterfallHook<Event>
}

/** The form of a tap of each kind. */
interface TapOfKind<Event> {
  readonly sync: (event: Event) => void
  readonly 'async-series': (event: Event) => void | Promise<void>
  readonly waterfall: (event: Event) => Event
}

/** How the taps of a hook are called. */
export type HookKind = keyof HookOfKind<unknown>

/** The declaration of a lifecycle hook: its kind, and the type of its events. */
export interface HookDeclaration<Kind extends HookKind, Event> {
  readonly kind: Kind
  /** Carries the type; never set. */
  readonly event?: Event
}

const observe = <Event>(): HookDeclaration<'sync', Event> => ({ kind: 'sync' })
const series = <Event>(): HookDeclaration<'async-series', Event> => ({ kind: 'async-series' })
const waterfall = <Event>(): HookDeclaration<'waterfall', Event> => ({ kind: 'waterfall' })

/** The lifecycle hooks. All types and values for them follow from this list. */
export const lifecycleHooks = {
  /** Before the first stage. */
  runStart: series<RunEvent>(),
  /** The stage of a step begins. */
  stepStart: observe<StepStartEvent>(),
  /** A batch of the source was read. */
  sourceProgress: observe<SourceProgressEvent>(),
  /** Some rows have passed a step. */
  batchDone: observe<BatchEvent>(),
  /** Can wrap or replace a serving by returning another `make`. */
  servingNeeded: waterfall<ServingNeededEvent>(),
  /** Can change the request, for example to redact it. */
  requestStart: waterfall<RequestEvent>(),
  /** A request was answered or failed. */
  requestDone: observe<RequestDoneEvent>(),
  /** The state of a serving's limiter changed. */
  servingState: observe<ServingStateEvent>(),
  /** Steps go to workers. Can add to what the observers in each worker receive. */
  taskSent: waterfall<TaskEvent>(),
  /** In a worker: it begins with some rows. The events of its requests and rows are those of the process of the run. */
  partitionStart: observe<PartitionEvent>(),
  /** In a worker: it has finished these rows. */
  partitionDone: observe<PartitionDoneEvent>(),
  /** A row failed. */
  rowRejected: observe<RejectEvent>(),
  /** A step ended. */
  stepDone: series<StepDoneEvent>(),
  /** A run was requested, and its plan has faults or could not be made: nothing ran. */
  planFailed: series<PlanFailedEvent>(),
  /** The report is complete, also for a failed run. */
  runDone: series<RunDoneEvent>(),
} as const satisfies Readonly<Record<string, HookDeclaration<HookKind, unknown>>>

/** The declarations of the lifecycle hooks. */
export type LifecycleDeclarations = typeof lifecycleHooks

/** The lifecycle hooks as plugins tap them in `apply`, each under the plugin's name. */
export type LifecycleHooks = {
  readonly [Name in keyof LifecycleDeclarations]: LifecycleDeclarations[Name] extends HookDeclaration<
    infer Kind,
    infer Event
  >
    ? HookOfKind<Event>[Kind]
    : never
}

/** The lifecycle hooks as a plugin's `observe` receives them: each accepts a tap. */
export type LifecycleObservers = {
  readonly [Name in keyof LifecycleDeclarations]: LifecycleDeclarations[Name] extends HookDeclaration<
    infer Kind,
    infer Event
  >
    ? (tap: TapOfKind<Event>[Kind], options?: TapOptions) => void
    : never
}

export type ContributionHooks = { readonly [Kind in ContributionKind]: ObserveHook<Registrar<Contributions[Kind]>> }

/** Where plugins contribute and observe. The kind of each hook is part of its type. */
export interface MaestroHooks extends ContributionHooks, LifecycleHooks {
  /** What plugins provide under tokens. */
  readonly provides: ObserveHook<Registrar<Provider>>
}
