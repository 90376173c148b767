import type { Disposable } from '../container/dispose-all.js'
import type { RunConfig } from '../contracts/config.js'
import type { Executor } from '../contracts/execution.js'
import type {
  BatchEvent,
  ContributionKind,
  RejectEvent,
  RequestDoneEvent,
  RunDoneEvent,
  RunEvent,
  SourceProgressEvent,
  StepDoneEvent,
  StepEvent,
} from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { StepWarning } from '../contracts/report.js'
import type { ServingKind } from '../contracts/serving.js'
import type { Budgets } from '../contracts/serving-settings.js'
import type { PipelineOrigin } from '../contracts/step-workers.js'
import type { StorageContext } from '../contracts/storage.js'
import type { TableEngine } from '../contracts/table-engine.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { ObserverFailure } from '../hooks/observer-failures.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import type { RunAnswers, Spent } from '../serving/answers/run-answers.js'
import type { DurableRun } from './durability/durable-run.js'
import type { Lease } from './durability/lease.js'
import type { IncrementalRun } from './incremental/incremental-run.js'
import type { RunLedger } from './ledger/run-ledger.js'
import type { RowSamples } from './record/row-samples.js'
import type { RejectPolicy } from './report/reject-policy.js'
import type { RejectedBefore } from './report/rejected-before.js'
import type { StepCounter } from './report/step-counter.js'
import type { UsageCounter } from './report/usage-counter.js'
import type { RunOutputs } from './run-outputs.js'
import type { ServingListener } from './serving-listener.js'
import type { Journal } from './state/journal.js'
import type { RunFolder } from './state/run-folder.js'
import type { TraceRow } from './stream/row-chain.js'

interface SyncCaller<Event> {
  call(event: Event): unknown
  isUsed(): boolean
}

interface SeriesCaller<Event> {
  promise(event: Event): Promise<unknown>
}

/** The caller's side of the hooks that a run calls. */
export interface RunHooks {
  readonly runStart: SeriesCaller<RunEvent>
  readonly stepStart: SyncCaller<StepEvent>
  readonly sourceProgress: SyncCaller<SourceProgressEvent>
  readonly batchDone: SyncCaller<BatchEvent>
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
  createOperator(definition: OperatorDefinition, options: unknown): unknown
}

/** The state of a run in progress. */
export interface RunContext extends RunEnvironment {
  readonly compiled: CompiledPipeline
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
