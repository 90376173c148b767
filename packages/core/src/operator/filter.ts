import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { FilterContext } from '../contracts/operator-functions.js'
import type { Row } from '../contracts/row.js'
import { RowOperator } from './row-operator.js'

/** An operator that keeps or drops each row, unchanged. */
export abstract class FilterOperator extends RowOperator {
  override readonly kind = 'filter'
  abstract keep(row: Row, context: FilterContext): boolean | Promise<boolean>
}
recogniseAcrossCopies(FilterOperator, 'FilterOperator')
