import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { Row } from '../contracts/row.js'
import type { OperatorContext } from './operator.js'
import { RowOperator } from './row-operator.js'

/** One row in, any number out. Their ids are `parent/step/k`. */
export type FlatMapFunction<In = Row, Out = Row> = (
  row: In,
  context: OperatorContext,
) => Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>

/** An operator that turns each row into any number of rows. */
export abstract class FlatMapOperator extends RowOperator {
  static {
    recogniseAcrossCopies(this, 'FlatMapOperator')
  }

  override readonly kind = 'flatMap'
  abstract flatMap(row: Row, context: OperatorContext): Iterable<Row> | AsyncIterable<Row> | Promise<Iterable<Row>>
}
