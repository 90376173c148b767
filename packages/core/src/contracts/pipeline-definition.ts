import type { IncrementalSettings } from './incremental.js'
import type { ColumnEffects, Operator } from './operator.js'
import type { OperatorDefinition } from './operator-definition.js'
import type { FilterFunction, FlatMapFunction, MapBatchesFunction, MapFunction } from './operator-functions.js'
import type { InlineRowsSource } from './pipeline-source.js'
import type { Row } from './row.js'

/** A function in a pipeline, with what the plan should know about it. */
export type FunctionStep = (
  | { readonly kind: 'map'; readonly run: MapFunction }
  | { readonly kind: 'filter'; readonly run: FilterFunction }
  | { readonly kind: 'flatMap'; readonly run: FlatMapFunction }
  | { readonly kind: 'mapBatches'; readonly run: MapBatchesFunction; readonly size?: number }
) & {
  /** Identifies the function instead of its source text. */
  readonly version?: string
  /** What it does to columns. Without it, the plan knows nothing about the rows after it. */
  readonly columns?: ColumnEffects
  /** Whether what becomes of a row follows from that row alone, and the function keeps nothing between rows. @default false */
  readonly stateless?: boolean
}

/** What a step runs: an operator by name, its definition, an instance, or a function. */
export type StepUse = string | OperatorDefinition | Operator | FunctionStep

/**
 * Which rows a step works on, as data or as a function: a value for each of some columns, or `{ oneOf, not, min, max }`. Other
 * rows pass the step by.
 */
export type RowCondition = Readonly<Record<string, unknown>> | ((row: Row) => boolean)

/** A step of a pipeline, and the step whose rows it receives. */
export interface StepNode {
  readonly id: string
  /** `source` or the id of another step. */
  readonly input: string
  readonly use: StepUse
  readonly options: unknown
  /** What happens to a row that fails in this step. It overrides the setting of the run. */
  readonly onError?: 'reject' | 'fail'
  /** Calls of its operator that may be in progress at once. @default the rows in flight */
  readonly concurrency?: number
  /** The rows that it works on. The others pass it by unchanged. @default all */
  readonly where?: RowCondition
}

/** A sink of a pipeline, and the step whose rows it receives. */
export interface SinkNode {
  readonly id: string
  readonly input: string
  readonly use: string
  readonly options: unknown
}

/** The source of a pipeline: a storage with its options, or rows in code. */
export type SourceNode = { readonly use: string; readonly options: unknown } | InlineRowsSource

/** A pipeline as data: names, options, and functions. Both the builder and the YAML form produce it. */
export interface PipelineDefinition {
  readonly name: string
  readonly source: SourceNode | undefined
  readonly steps: readonly StepNode[]
  readonly sinks: readonly SinkNode[]
  /** The step whose rows are the pipeline's own, for code that reads them. @default the last */
  readonly end?: string
  /** The values of the parameters, for function steps and the plan. */
  readonly params?: unknown
  /** Makes its runs process only rows that are new or have changed. */
  readonly incremental?: IncrementalSettings
}
