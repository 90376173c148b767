import type { IncrementalSettings } from './incremental.js'
import type { ColumnEffects, OperatorKind } from './operator.js'
import type { ServingNeed } from './operator-definition.js'
import type { ColumnSet } from './row.js'

/** The source of a plan, as data. */
export interface PlannedSource {
  /** A contributed storage, or `rows` for rows in code. */
  readonly use: string
  readonly options: unknown
  readonly columns: ColumnSet
  /** Set in the plan of an incremental run: its settings, and the run whose rows it does not process again. */
  readonly incremental?: IncrementalSettings & { readonly since: string | undefined }
}

/** One step of a plan, as data. Functions, prompts, and schemas are represented by what identifies them. */
export interface PlannedStep {
  readonly id: string
  /** `source` or the id of the previous step. */
  readonly input: string
  /** The name of a contributed operator, or `function` for a function in the pipeline. */
  readonly use: string
  readonly kind: OperatorKind
  readonly version: string
  readonly options: unknown
  readonly effects: ColumnEffects
  readonly columnsIn: ColumnSet
  readonly columnsOut: ColumnSet
  readonly servings: readonly ServingNeed[]
  /** The names of the vector stores it will use. */
  readonly vectorStores?: readonly string[]
  readonly deterministic: boolean
  /** The rows that it works on: columns with conditions, or the text of a function. @default all */
  readonly where?: unknown
}

/** A sink in the plan. */
export interface PlannedSink {
  readonly id: string
  readonly input: string
  readonly use: string
  readonly options: unknown
  readonly columns: ColumnSet
  /**
   * How it goes on in a run that is resumed. `again`: it gets all rows again, without their functions or models being
   * called. `uncertain`: the same, but a run that was interrupted in the commit of the sink cannot be resumed. Missing if
   * it goes on behind the rows that were committed.
   */
  readonly resumed?: 'again' | 'uncertain'
}

/** Steps that run together: row steps that rows stream through, or one step that needs the whole table. */
export interface PlannedStage {
  readonly index: number
  /** The operators of its steps, for people and folder names. */
  readonly name: string
  readonly kind: 'rows' | 'table' | 'opaque'
  readonly steps: readonly string[]
  /** The origin of its rows: the source, or the output of an earlier stage. */
  readonly input: 'source' | number
  readonly sinks: readonly string[]
  /** Whether later stages read its output, which is then stored as step files. */
  readonly materialized: boolean
  /** The steps that run in the workers of the executor; the others run in the process of the run. @default none */
  readonly workers?: readonly string[]
  /** Whether these steps run in the process of the run until they have kept it busy for some seconds. @default false */
  readonly startsWhenBusy?: boolean
}

/** Something about a pipeline that does not prevent a run, but is probably not what its author wanted. */
export interface PlanWarning {
  /** The step that it concerns; undefined when it concerns the whole pipeline. */
  readonly step?: string
  readonly message: string
}

/** What will run, as data: checked, ordered, and ready to be shown, stored, and run. */
export interface PipelinePlan {
  readonly version: 1
  readonly pipeline: string
  readonly params: unknown
  readonly source: PlannedSource
  readonly steps: readonly PlannedStep[]
  readonly sinks: readonly PlannedSink[]
  readonly stages: readonly PlannedStage[]
  readonly warnings: readonly PlanWarning[]
}
