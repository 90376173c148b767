import { isDeepStrictEqual } from 'node:util'
import { columnOrder } from '../../contracts/column-order.js'
import { hasType } from '../../contracts/has-type.js'
import type { ColumnEffects } from '../../contracts/operator.js'
import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { holdsPromise } from './cell-values.js'

/** A fault in a row that an operator returned: the rest of a sentence, and the column. */
export interface ColumnFault {
  readonly text: string
  readonly column: string
}

/**
 * Returns the first way in which a row differs from what the operator declares: a promise in a cell, a symbol in place
 * of a name, an added column that is missing or of another type, or a column that was added, changed, or removed without a declaration.
 *
 * @param effects If it is undefined or `opaque`, only the cells are checked.
 */
export function columnFault(before: Row, after: Row, effects: ColumnEffects | undefined): ColumnFault | undefined {
  for (const column of Object.keys(after))
    if (holdsPromise(after[column])) return { text: `returned a promise in the column "${column}"`, column }
  const symbol = Object.getOwnPropertySymbols(after).find((key) => key !== columnOrder)
  if (symbol !== undefined)
    return { text: `returned a row with ${String(symbol)} in place of a column’s name`, column: String(symbol) }
  if (effects === undefined || effects.opaque === true) return undefined
  return addedFault(after, effects) ?? unaddedFault(before, after, effects) ?? droppedFault(before, after, effects)
}

/** Whether a row has a column. Properties that are not enumerable are lost in every copy of the row. */
function isColumn(row: Row, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(row, name)
}

function addedFault(after: Row, { adds = {} }: ColumnEffects): ColumnFault | undefined {
  for (const [column, type] of Object.entries(adds)) {
    if (!isColumn(after, column))
      return { text: `returned a row without the column "${column}", which it declares to add`, column }
    const value = after[column]
    if (!hasType(value, type)) {
      const text = `returned ${describeValue(value)} in the column "${column}", which it declares as ${type}`
      return { text, column }
    }
  }
  return undefined
}

/** A column that is not declared as added must be unchanged. */
function unaddedFault(before: Row, after: Row, effects: ColumnEffects): ColumnFault | undefined {
  const { adds = {}, drops = [], keeps, renames = {} } = effects
  const oldNames = new Map(Object.entries(renames).map(([old, name]) => [name, old]))
  for (const column of Object.keys(after)) {
    const value = after[column]
    if (value === undefined || Object.hasOwn(adds, column)) continue
    const source = oldNames.get(column) ?? column
    const stays =
      Object.hasOwn(before, source) &&
      (oldNames.has(column) || (!drops.includes(column) && !Object.hasOwn(renames, column))) &&
      (keeps === undefined || keeps.includes(source))
    if (!stays) return { text: `returned a row with the column "${column}", which it does not declare`, column }
    if (!Object.is(value, before[source]) && !isDeepStrictEqual(value, before[source]))
      return { text: `changed the column "${column}", which it does not declare to add`, column }
  }
  return undefined
}

function droppedFault(before: Row, after: Row, effects: ColumnEffects): ColumnFault | undefined {
  const { drops = [], keeps, renames = {} } = effects
  for (const column of Object.keys(before)) {
    if (before[column] === undefined || drops.includes(column)) continue
    if (keeps !== undefined && !keeps.includes(column)) continue
    const name = Object.hasOwn(renames, column) ? (renames[column] ?? column) : column
    if (!isColumn(after, name))
      return { text: `returned a row without the column "${column}", which it does not declare to drop`, column }
  }
  return undefined
}
