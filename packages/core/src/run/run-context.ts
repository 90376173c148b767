import type { RunConfig } from '../contracts/config.js'
import type { Executor } from '../contracts/execution.js'
import type {
  BatchEvent,
  RejectEvent,
  RequestDoneEvent,
  RunDoneEvent,
  RunEvent,
  ServingStateEvent,
  SourceProgressEvent,
  StepDoneEvent,
  StepEvent,
} from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { Operator } from '../contracts/operator.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { StorageContext } from '../contracts/storage.js'
import type { TableEngine } from '../contracts/table-engine.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import type { RejectPolicy } from './report/reject-policy.js'
import type { StepCounter } from './report/step-counter.js'
import type { RunOutputs } from './run-outputs.js'
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

/** The calling side of the hooks that a run raises. */
export interface RunHooks {
  readonly runStart: SeriesCaller<RunEvent>
  readonly stepStart: SyncCaller<StepEvent>
  readonly sourceProgress: SyncCaller<SourceProgressEvent>
  readonly batchDone: SyncCaller<BatchEvent>
  readonly rowRejected: SyncCaller<RejectEvent>
  readonly stepDone: SeriesCaller<StepDoneEvent>
  readonly runDone: SeriesCaller<RunDoneEvent>
}

/** Hears what servings do. */
export interface ServingListener {
  requestDone(event: RequestDoneEvent): void
  servingState(event: ServingStateEvent): void
}

/** What the runner needs from the hops before it. */
export interface RunEnvironment {
  /** The folder of the config file. */
  readonly directory: string
  readonly stateDirectory: string
  readonly keepRuns: number
  readonly allowOutside: boolean
  readonly settings: RunConfig
  readonly logger: Logger
  readonly hooks: RunHooks
  readonly executor: Executor
  /** The same error without secrets. */
  redact(error: MaestroError): MaestroError
  /** Hears of every call to a model until the function it gives back is called. */
  observeServings(listener: ServingListener): () => void
  /** Forgets what the serving plane keeps for a run alone. */
  endRun(run: string): Promise<void>
  /** The engine of table operators; undefined when none is contributed. */
  tableEngine(): Promise<TableEngine | undefined>
  /** Makes a defined operator with what it injects: its kind's function or an operator object. */
  createOperator(definition: OperatorDefinition, options: unknown): unknown
}

/** One run while it goes on. */
export interface RunContext extends RunEnvironment {
  readonly compiled: CompiledPipeline
  readonly folder: RunFolder
  readonly journal: Journal
  readonly rejects: RejectPolicy
  readonly counters: ReadonlyMap<string, StepCounter>
  /** Rows of the source, and records that could not become rows. */
  readonly sourceCounter: StepCounter
  /** What sources and sinks get. */
  readonly storage: StorageContext
  readonly outputs: RunOutputs
  /** Operators to free at the end. */
  readonly operators: Operator[]
  readonly signal: AbortSignal
  readonly overwrite: boolean
  /** Rows that are read from the source at most. */
  readonly limit: number | undefined
  readonly trace: TraceRow | undefined
  /**
   * Notes a row that could not be processed.
   *
   * @param counter The step's, when it says how many rows have succeeded so far.
   * @throws what stops the run
   */
  reject(
    place: { readonly step: string; readonly use: string; readonly stage: number },
    counter: StepCounter | undefined,
    row: {
      readonly id: string
      readonly row: unknown
      readonly error: MaestroError
    },
  ): void
}
