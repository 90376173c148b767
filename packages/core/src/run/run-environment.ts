import type { CallingStep } from '../container/step-servings.js'
import type { RunConfig } from '../contracts/config.js'
import type {
  BatchEvent,
  PartitionDoneEvent,
  PartitionEvent,
  RejectEvent,
  RequestDoneEvent,
  RunDoneEvent,
  RunEvent,
  SourceProgressEvent,
  StepDoneEvent,
  StepStartEvent,
  TaskEvent,
} from '../contracts/events.js'
import type { Executor } from '../contracts/execution.js'
import type { ContributionKind } from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { ServingKind } from '../contracts/serving.js'
import type { Budgets } from '../contracts/serving-settings.js'
import type { PipelineOrigin } from '../contracts/step-workers.js'
import type { TableEngine } from '../contracts/table-engine.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { ObserverFailure } from '../hooks/observer-failures.js'
import type { RunAnswers, Spent } from '../serving/answers/run-answers.js'
import type { ServingListener } from './serving-listener.js'

interface SyncCaller<Event> {
  call(event: Event): unknown
  isUsed(): boolean
}

interface WaterfallCaller<Event> {
  call(event: Event): Event
}

interface SeriesCaller<Event> {
  promise(event: Event): Promise<unknown>
}

/** The caller's side of the hooks that a run calls. */
export interface RunHooks {
  readonly runStart: SeriesCaller<RunEvent>
  readonly stepStart: SyncCaller<StepStartEvent>
  readonly sourceProgress: SyncCaller<SourceProgressEvent>
  readonly batchDone: SyncCaller<BatchEvent>
  readonly taskSent: WaterfallCaller<TaskEvent>
  readonly partitionStart: SyncCaller<PartitionEvent>
  readonly partitionDone: SyncCaller<PartitionDoneEvent>
  readonly rowRejected: SyncCaller<RejectEvent>
  readonly stepDone: SeriesCaller<StepDoneEvent>
  readonly runDone: SeriesCaller<RunDoneEvent>
}

/** The services that the runner needs from the previous hops. */
export interface RunEnvironment {
  /** The folder of the config file. */
  readonly directory: string
  readonly stateDirectory: string
  readonly keepRuns: number
  readonly allowOutside: boolean
  readonly allowPrivateAddresses: boolean
  readonly settings: RunConfig
  readonly budgets: Budgets
  readonly logger: Logger
  readonly hooks: RunHooks
  readonly executor: Executor
  /** Where workers find the pipeline; undefined if it is not in files. */
  readonly origin: PipelineOrigin | undefined
  /** Returns the same error without secrets. */
  redact(error: MaestroError): MaestroError
  /** Calls a listener for every call to a model, until the returned function is called. */
  observeServings(listener: ServingListener): () => void
  /** Calls a listener for the failures of observers, until the returned function is called. */
  hearObserverFailures(listener: (failure: ObserverFailure) => void): () => void
  /** Informs the serving plane of the versions of the prompts in the run's steps, and of the record of its calls. */
  beginRun(
    run: string,
    promptVersions: ReadonlyMap<string, string>,
    calls: RunAnswers | undefined,
    isFresh: boolean,
  ): void
  /** Charges the budgets of a run with what an earlier process of it has spent. */
  restoreSpending(run: string, spent: Spent): void
  /** The settings of a serving that affect its answers, as data. */
  describeServing(name: string, kind: ServingKind): unknown
  /** Removes what the serving plane keeps for one run only. */
  endRun(run: string): Promise<void>
  /** The engine of the table operators; undefined when no plugin contributes one. */
  tableEngine(): Promise<TableEngine | undefined>
  /** The plugin that contributes something. It is undefined for things that are defined in code. */
  pluginOf(kind: ContributionKind, name: string): string | undefined
  /** The version of a plugin, if its package has one. */
  versionOf(plugin: string): string | undefined
  /** Reports a request to a model that a worker has made. */
  requestDone(event: RequestDoneEvent): void
  /** Creates a defined operator with its injected dependencies: either a function of its kind or an operator object. */
  createOperator(definition: OperatorDefinition, options: unknown, step: CallingStep): unknown
}
