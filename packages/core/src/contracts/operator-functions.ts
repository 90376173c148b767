import type { MaestroError } from '../errors/maestro-error.js'
import type { OperatorContext } from './operator.js'
import type { Row, RowId } from './row.js'
import type { TableEngine, TableStatement } from './table-engine.js'

/** One row in, one row out. */
export type MapFunction<In = Row, Out = Row> = (row: In, context: OperatorContext) => Out | Promise<Out>

/** Whether a row stays. */
export type FilterFunction<In = Row> = (row: In, context: OperatorContext) => boolean | Promise<boolean>

/** One row in, any number out. Their ids are `parent/step/k`. */
export type FlatMapFunction<In = Row, Out = Row> = (
  row: In,
  context: OperatorContext,
) => Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>

/** What a batch function gets with its rows. */
export interface BatchContext {
  readonly rowIds: readonly RowId[]
  readonly signal: AbortSignal
  readonly step: string
  readonly run: string
}

/**
 * As many results as rows, in their order. A `MaestroError` in place of a row rejects that row alone; a thrown error
 * makes the runner halve the batch until the rows at fault stand alone.
 */
export type MapBatchesFunction<In = Row, Out = Row> = (
  rows: readonly In[],
  context: BatchContext,
) => readonly (Out | MaestroError)[] | Promise<readonly (Out | MaestroError)[]>

/** The statements that a table operator stands for; the table engine runs them. */
export type TableFunction = () => readonly TableStatement[]

/** What an operator object over a whole table has beside what all of them have. */
export interface TableOperatorObject {
  readonly kind: 'table'
  readonly statements: readonly TableStatement[]
  createEngine(): Promise<TableEngine>
}
