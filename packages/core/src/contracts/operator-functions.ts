import type { MaestroError } from '../errors/maestro-error.js'
import type { OperatorContext } from './operator.js'
import type { Row, RowId } from './row.js'
import type { TableEngine, TableStatement } from './table-engine.js'

/** One row in, one row out. */
export type MapFunction<In = Row, Out = Row> = (row: In, context: OperatorContext) => Out | Promise<Out>

/** What a filter receives with each row. */
export interface FilterContext extends OperatorContext {
  /**
   * States why the row is dropped, for the ledger of the run. @returns false
   *
   * @example .filter((row, { drop }) => row.text.length > 20 || drop('the text is short'))
   */
  drop(reason: string): false
}

/** Whether to keep a row. */
export type FilterFunction<In = Row> = (row: In, context: FilterContext) => boolean | Promise<boolean>

/** What a flatMap receives with each row. */
export interface FlatMapContext extends OperatorContext {
  /** States why nothing is made of the row, for the ledger of the run. @returns no rows */
  drop(reason: string): readonly never[]
}

/** One row in, any number out. The ids of the results are `parent/step/k`. */
export type FlatMapFunction<In = Row, Out = Row> = (
  row: In,
  context: FlatMapContext,
) => Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>

/** What a batch function receives with its rows. */
export interface BatchContext {
  readonly rowIds: readonly RowId[]
  readonly signal: AbortSignal
  readonly step: string
  readonly run: string
}

/**
 * Returns as many results as rows, in their order. A `MaestroError` in place of a row rejects that row alone. After a
 * thrown error, the runner halves the batch until the faulty rows stand alone.
 */
export type MapBatchesFunction<In = Row, Out = Row> = (
  rows: readonly In[],
  context: BatchContext,
) => readonly (Out | MaestroError)[] | Promise<readonly (Out | MaestroError)[]>

/** The statements of a table operator, which the table engine runs. */
export type TableFunction = () => readonly TableStatement[]

/** What an operator object over a whole table adds to the common part. */
export interface TableOperatorObject {
  readonly kind: 'table'
  readonly statements: readonly TableStatement[]
  createEngine(): Promise<TableEngine>
}
