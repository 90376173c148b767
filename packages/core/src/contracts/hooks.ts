import type {
  BatchEvent,
  PartitionDoneEvent,
  PartitionEvent,
  PlanFailedEvent,
  RejectEvent,
  RequestDoneEvent,
  RequestEvent,
  RunDoneEvent,
  RunEvent,
  ServingNeededEvent,
  ServingStateEvent,
  SourceProgressEvent,
  StepDoneEvent,
  StepStartEvent,
  TaskEvent,
} from './events.js'
import type { ExecutorDefinition, TableEngineDefinition } from './execution.js'
import type { OperatorDefinition } from './operator-definition.js'
import type { PromptDefinition } from './prompt-definition.js'
import type { CacheDefinition } from './response-cache.js'
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

/** The kind of a contribution, as it is called in manifests. */
export type ContributionKind = keyof Contributions

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

/** The hooks that collect contributions, one for each kind. */
export type ContributionHooks = { readonly [Kind in ContributionKind]: ObserveHook<Registrar<Contributions[Kind]>> }

/** Where plugins contribute and observe. The kind of each hook is part of its type. */
export interface MaestroHooks extends ContributionHooks, LifecycleHooks {
  /** What plugins provide under tokens. */
  readonly provides: ObserveHook<Registrar<Provider>>
}
