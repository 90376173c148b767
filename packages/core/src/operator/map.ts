import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { OperatorContext } from '../contracts/operator.js'
import type { Row } from '../contracts/row.js'
import { RowOperator } from './row-operator.js'

/** An operator that turns each row into one row. */
export abstract class MapOperator extends RowOperator {
  override readonly kind = 'map'
  abstract map(row: Row, context: OperatorContext): Row | Promise<Row>
}
recogniseAcrossCopies(MapOperator, 'MapOperator')
