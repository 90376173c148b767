import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { FlatMapContext } from '../contracts/operator-functions.js'
import type { Row } from '../contracts/row.js'
import { RowOperator } from './row-operator.js'

/** An operator that turns each row into any number of rows. */
export abstract class FlatMapOperator extends RowOperator {
  override readonly kind = 'flatMap'
  abstract flatMap(row: Row, context: FlatMapContext): Iterable<Row> | AsyncIterable<Row> | Promise<Iterable<Row>>
}
recogniseAcrossCopies(FlatMapOperator, 'FlatMapOperator')
