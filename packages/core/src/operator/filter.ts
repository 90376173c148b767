import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { Row } from '../contracts/row.js'
import type { OperatorContext } from './operator.js'
import { RowOperator } from './row-operator.js'

/** Whether a row stays. */
export type FilterFunction<In = Row> = (row: In, context: OperatorContext) => boolean | Promise<boolean>

/** An operator that keeps or drops each row, unchanged. */
export abstract class FilterOperator extends RowOperator {
  static {
    recogniseAcrossCopies(this, 'FilterOperator')
  }

  override readonly kind = 'filter'
  abstract keep(row: Row, context: OperatorContext): boolean | Promise<boolean>
}
