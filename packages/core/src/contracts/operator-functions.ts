import type { MaestroError } from '../errors/maestro-error.js'
import type { OperatorContext } from './operator.js'
import type { Row, RowId } from './row.js'
import type { TableEngine, TableStatement } from './table-engine.js'

/** One row in, one row out. */
export type MapFunction<In = Row, Out = Row> = (row: In, context: OperatorContext) => Out | Promise<Out>

/** Whether to keep a row. */
export type FilterFunction<In = Row> = (row: In, context: OperatorContext) => boolean | Promise<boolean>

/** One row in, any number out. The ids of the results are `parent/step/k`. */
export type FlatMapFunction<In = Row, Out = Row> = (
  row: In,
  context: OperatorContext,
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
