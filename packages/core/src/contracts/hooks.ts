import type { MaestroError } from '../errors/maestro-error.js'
import type { ExecutorDefinition, TableEngineDefinition } from './execution.js'
import type { OperatorDefinition } from './operator-definition.js'
import type { PipelinePlan } from './plan.js'
import type { PromptDefinition } from './prompt-definition.js'
import type { RunReport, StepCounts } from './report.js'
import type { CacheDefinition } from './response-cache.js'
import type { LLMRequest, Serving, ServingKind, Usage } from './serving.js'
import type { ServingDefinition } from './serving-definition.js'
import type { StorageDefinition } from './storage.js'
import type { Provider } from './token.js'
import type { VectorStoreDefinition } from './vector-store.js'

/** Taps run in order, and their results are not looked at. */
export interface ObserveHook<Event> {
  readonly hookKind?: 'sync'
  tap(name: string, tap: (event: Event) => void): void
}

/** Taps run one after the other; each is waited for. */
export interface SeriesHook<Event> {
  readonly hookKind?: 'async-series'
  tap(name: string, tap: (event: Event) => void): void
  tapPromise(name: string, tap: (event: Event) => Promise<void>): void
}

/** Each tap gets what the tap before returned. */
export interface WaterfallHook<Value> {
  readonly hookKind?: 'waterfall'
  tap(name: string, tap: (value: Value) => Value): void
}

/** Collects the things of one kind that a plugin contributes. */
export interface Registrar<Definition> {
  /** @throws MAESTRO_REGISTRY_DUPLICATE when the name is taken */
  add(definition: Definition): void
}

/** All that plugins contribute, by the names used in manifests. */
export interface Contributions {
  operators: OperatorDefinition
  prompts: PromptDefinition
  servings: ServingDefinition
  storages: StorageDefinition
  vectorStores: VectorStoreDefinition
  caches: CacheDefinition
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

/** Some rows have gone through a step; counts are totals since the run began. */
export interface BatchEvent extends StepEvent {
  readonly counts: StepCounts
}

/** How far a source has been read; counts are totals since the run began. */
export interface SourceProgressEvent {
  readonly runId: string
  readonly rows: number
  /** Rows that will be read at most, where that is known. */
  readonly rowsTotal?: number
  readonly bytesRead?: number
  readonly bytesTotal?: number
  /** Set in the last event, when no more rows will be read. */
  readonly done?: boolean
}

/** A serving of the config is asked for by a run for the first time. */
export interface ServingNeededEvent {
  /** Its name in the config. */
  readonly name: string
  readonly kind: ServingKind
  /** What the config says of it, without the values from the environment; undefined for a serving given in code. */
  readonly config: Readonly<Record<string, unknown>> | undefined
  /** Makes it. Only now what it needs is read, such as its key. */
  make(): Serving
}

export interface RequestEvent {
  readonly serving: string
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  readonly request: LLMRequest
}

/** The usage record of one request: a row's question and all that was done to answer it. */
export interface RequestDoneEvent {
  readonly serving: string
  readonly provider: string
  readonly model: string
  readonly kind: ServingKind
  readonly run?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  /**
   * Where the answer came from: the provider, the call of another row that this one was packed with, the answers that
   * are kept, or an identical call that was under way.
   */
  readonly from: 'provider' | 'packed' | 'cache' | 'joined'
  /** The key of the answer among those that are kept, for `maestro cache explain`; of language models. */
  readonly key?: string
  /** Tokens and dollars that this request cost; none when nothing was asked. A failed one may have cost too. */
  readonly usage?: Usage
  /** Undefined: the price is not known. */
  readonly cost?: number | undefined
  /** What an answer that was there already took when it was asked for. */
  readonly saved?: { readonly usage: Usage; readonly cost?: number }
  readonly error?: MaestroError
  /** Why the answer ended, of language models. */
  readonly finishReason?: string
  /** From the first attempt to the end, without the waiting for a turn. */
  readonly durationMs: number
  /** Milliseconds that it waited for its turn. */
  readonly waitedMs: number
  /** Attempts of calls, repairs included. */
  readonly tries: number
  /** Into how many calls it was split, such as a long list of texts. @default 1 */
  readonly calls?: number
  /** What was odd about the request or the reply and did not cost the answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
}

/** What the limiter of a serving is doing; told when it changes, a few times a second at most. */
export interface ServingStateEvent {
  readonly serving: string
  /** Calls that may be under way at once now, set or learnt. */
  readonly concurrency: number
  readonly inFlight: number
  readonly waiting: number
  /** Requests by the minute now, set or learnt; undefined: not bounded. */
  readonly requestsPerMinute?: number
  /** Milliseconds for which the account is left in peace. */
  readonly coolDownMs?: number
  /** Nothing but failures since the last answer: since when (milliseconds since 1970), how many, and what the last said. */
  readonly failing?: { readonly since: number; readonly failures: number; readonly reason: string }
}

export interface RejectEvent extends StepEvent {
  readonly rowId: string
  readonly row: unknown
  readonly error: MaestroError
  readonly tries: number
}

export interface StepDoneEvent extends StepEvent {
  readonly counts: StepCounts
}

export interface RunDoneEvent {
  readonly runId: string
  readonly report: RunReport
}

/** What a hook of each kind is to plugins. */
interface HookOfKind<Event> {
  readonly sync: ObserveHook<Event>
  readonly 'async-series': SeriesHook<Event>
  readonly waterfall: WaterfallHook<Event>
}

/** What a tap of each kind may be. */
interface TapOfKind<Event> {
  readonly sync: (event: Event) => void
  readonly 'async-series': (event: Event) => void | Promise<void>
  readonly waterfall: (event: Event) => Event
}

/** How the taps of a hook are called. */
export type HookKind = keyof HookOfKind<unknown>

/** A lifecycle hook as it is declared: its kind, and the type of its events. */
export interface HookDeclaration<Kind extends HookKind, Event> {
  readonly kind: Kind
  /** Carries the type; never set. */
  readonly event?: Event
}

const observe = <Event>(): HookDeclaration<'sync', Event> => ({ kind: 'sync' })
const series = <Event>(): HookDeclaration<'async-series', Event> => ({ kind: 'async-series' })
const waterfall = <Event>(): HookDeclaration<'waterfall', Event> => ({ kind: 'waterfall' })

/** The lifecycle hooks. Everything that is typed or made for each of them follows from this list. */
export const lifecycleHooks = {
  /** Before the first stage. */
  runStart: series<RunEvent>(),
  /** The stage of a step begins. */
  stepStart: observe<StepEvent>(),
  /** A batch of the source has been read. */
  sourceProgress: observe<SourceProgressEvent>(),
  /** Some rows have gone through a step. */
  batchDone: observe<BatchEvent>(),
  /** May put something in front of a serving, or another one in its place, by another `make`. */
  servingNeeded: waterfall<ServingNeededEvent>(),
  /** May change the request, for example to redact it. */
  requestStart: waterfall<RequestEvent>(),
  /** A request has its answer, or has failed. */
  requestDone: observe<RequestDoneEvent>(),
  /** The limiter of a serving has changed. */
  servingState: observe<ServingStateEvent>(),
  /** A row has failed. */
  rowRejected: observe<RejectEvent>(),
  /** A step has ended. */
  stepDone: series<StepDoneEvent>(),
  /** The report is made, also when the run has failed. */
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

/** The lifecycle hooks as `observe` of a plugin gets them: each takes a tap. */
export type LifecycleObservers = {
  readonly [Name in keyof LifecycleDeclarations]: LifecycleDeclarations[Name] extends HookDeclaration<
    infer Kind,
    infer Event
  >
    ? (tap: TapOfKind<Event>[Kind]) => void
    : never
}

export type ContributionHooks = { readonly [Kind in ContributionKind]: ObserveHook<Registrar<Contributions[Kind]>> }

/** Where plugins contribute and observe. The kind of each hook is part of its type. */
export interface MaestroHooks extends ContributionHooks, LifecycleHooks {
  /** What plugins put under tokens. */
  readonly provides: ObserveHook<Registrar<Provider>>
}
