import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { Row } from '../contracts/row.js'
import type { OperatorContext } from './operator.js'
import { RowOperator } from './row-operator.js'

/** One row in, one row out. */
export type MapFunction<In = Row, Out = Row> = (row: In, context: OperatorContext) => Out | Promise<Out>

/** An operator that turns each row into one row. */
export abstract class MapOperator extends RowOperator {
  static {
    recogniseAcrossCopies(this, 'MapOperator')
  }

  override readonly kind = 'map'
  abstract map(row: Row, context: OperatorContext): Row | Promise<Row>
}
