import type { ColumnEffects, OperatorKind } from './operator.js'
import type { ServingNeed } from './operator-definition.js'
import type { ColumnSet } from './row.js'

/** The source of a plan, as data. */
export interface PlannedSource {
  /** A contributed storage, or `rows` for rows given in code. */
  readonly use: string
  readonly options: unknown
  readonly columns: ColumnSet
}

/** One step of a plan, as data: functions, prompts and schemas stand as what identifies them. */
export interface PlannedStep {
  readonly id: string
  /** `source` or the id of the step before. */
  readonly input: string
  /** A contributed operator's name, or `function` for one written into the pipeline. */
  readonly use: string
  readonly kind: OperatorKind
  readonly version: string
  readonly options: unknown
  readonly effects: ColumnEffects
  readonly columnsIn: ColumnSet
  readonly columnsOut: ColumnSet
  readonly servings: readonly ServingNeed[]
  /** The vector stores it will ask for, by name. */
  readonly vectorStores?: readonly string[]
  readonly deterministic: boolean
}

export interface PlannedSink {
  readonly id: string
  readonly input: string
  readonly use: string
  readonly options: unknown
  readonly columns: ColumnSet
}

/** Steps that run together: row steps through which rows stream, or one step that needs the whole table. */
export interface PlannedStage {
  readonly index: number
  /** For folders and people: its steps' operators. */
  readonly name: string
  readonly kind: 'rows' | 'table' | 'opaque'
  readonly steps: readonly string[]
  /** Where its rows come from: the source, or the output of an earlier stage. */
  readonly input: 'source' | number
  readonly sinks: readonly string[]
  /** Whether later stages read its output, so that it is kept as step files. */
  readonly materialised: boolean
}

/** Something about a pipeline that does not prevent a run, but is probably not what its author wanted. */
export interface PlanWarning {
  /** The step that it concerns; undefined when it concerns the whole pipeline. */
  readonly step?: string
  readonly message: string
}

/** What will run, as data: checked, ordered, ready to be shown, stored and run. */
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
