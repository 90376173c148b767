import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { ownRows } from './own-rows.js'
import { assertRow } from './step-result.js'

/**
 * All rows that a flatMap made of one row. They are gathered before any of them continues, so that a step that throws
 * midway makes none.
 *
 * @throws MAESTRO_STEP_RESULT when the result is not a list of rows
 */
export function childrenOf(step: string, result: unknown): readonly Row[] | Promise<readonly Row[]> {
  if (typeof result === 'object' && result !== null) {
    if (Symbol.asyncIterator in result)
      return Array.fromAsync(result as AsyncIterable<unknown>).then((rows) => asRows(step, rows))
    if (Symbol.iterator in result) return asRows(step, [...(result as Iterable<unknown>)])
  }
  throw maestroError('MAESTRO_STEP_RESULT', { step, expected: 'rows (an iterable)', found: describeValue(result) })
}

function asRows(step: string, values: readonly unknown[]): readonly Row[] {
  return ownRows(values).map((value) => {
    assertRow(step, value)
    return value
  })
}
