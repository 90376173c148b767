import type { ColumnEffects, OperatorKind } from '../../contracts/operator.js'
import type { Row, RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { columnFault } from './column-fault.js'
import { GivenObjects, sharedObjectFault } from './given-objects.js'
import { isDeeplyEqual } from './is-deeply-equal.js'
import { deepCopy, hasNestedCells } from './row-copy.js'
import { type CheckMode, RowSample } from './row-sample.js'

/** The step whose operator is checked. */
export interface CheckedStep {
  readonly id: string
  readonly use: string
  readonly kind: OperatorKind
  /** The plugin that the operator comes from. */
  readonly plugin: string | undefined
  /** The declared effects on columns. It is undefined if the operator declares none. */
  readonly effects: ColumnEffects | undefined
  /** A function in the pipeline may change the row that it returns. */
  readonly isFunction: boolean
}

/**
 * Checks what an operator returns against what it declares, for the first rows and a sample of the others, or for all
 * rows. A breach of the contract ends the run, because the operator is at fault and not the row.
 *
 * Every operator gets a copy of each row, so that its changes to the copy reach neither the rejected rows nor another
 * step.
 */
export class StepChecks {
  readonly #step: CheckedStep
  readonly #sample: RowSample
  readonly #returned = new GivenObjects()
  /** Whether a checked row had cells that could be changed in place. */
  #isNested = false

  constructor(step: CheckedStep, mode: CheckMode | undefined) {
    this.#step = step
    this.#sample = new RowSample(mode)
  }

  /** Whether the next row is checked. */
  takes(): boolean {
    return this.#sample.takes()
  }

  /** The copy of a row that the operator gets. @param isChecked The result of `takes` for the row. */
  copyFor(row: Row, isChecked: boolean): Row {
    if (isChecked && !this.#isNested) this.#isNested = hasNestedCells(row)
    return this.#isNested ? deepCopy(row) : { ...row }
  }

  /**
   * Checks the results of one row.
   *
   * @param before The row as it came in. @param given The copy that the operator got.
   * @param results The rows that the operator returned; empty for a filter.
   * @throws MAESTRO_STEP_CONTRACT
   */
  assert(id: RowId, before: Row, given: Row, results: readonly Row[]): void {
    const { isFunction, effects } = this.#step
    if (!isUnchanged(before, given) && !(isFunction && results.includes(given))) {
      const column = changedColumn(before, given)
      this.#fail(id, `changed the row that it was given, in the column "${column}"`, column)
    }
    for (const row of results) {
      const fault = columnFault(before, row, effects)
      if (fault !== undefined) this.#fail(id, fault.text, fault.column)
    }
    // One result of several may be the same object on purpose.
    for (const row of results.length > 1 ? new Set(results) : results) {
      const shared = this.#returned.add(row)
      if (shared !== undefined)
        this.#fail(id, sharedObjectFault(shared, 'returned'), shared === 'row' ? undefined : shared.column)
    }
  }

  /** @throws MAESTRO_STEP_CONTRACT always */
  #fail(rowId: RowId, fault: string, column: string | undefined): never {
    const { id: step, use, plugin } = this.#step
    const details = { step, use, fault, ...(column === undefined ? {} : { column }) }
    throw maestroError('MAESTRO_STEP_CONTRACT', details).at({ plugin, step, rowId })
  }
}

/** Whether the copy of a row is as it was made. */
function isUnchanged(before: Row, given: Row): boolean {
  let columns = 0
  for (const column in given) {
    const value = given[column]
    // Only plain values are equal at a glance.
    if (typeof value === 'object' || !Object.is(value, before[column]) || !Object.hasOwn(before, column))
      return isDeeplyEqual(before, given)
    columns++
  }
  return columns === Object.keys(before).length || isDeeplyEqual(before, given)
}

function changedColumn(before: Row, given: Row): string {
  const columns = [...Object.keys(before), ...Object.keys(given)]
  return columns.find((column) => !isDeeplyEqual(before[column], given[column])) ?? columns[0] ?? ''
}
