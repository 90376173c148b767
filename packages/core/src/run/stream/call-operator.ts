import type { OperatorContext } from '../../contracts/operator.js'
import type { FilterContext, FlatMapContext } from '../../contracts/operator-functions.js'
import type { Row } from '../../contracts/row.js'

type OperatorFunction = (row: Row, context: OperatorContext & FilterContext & FlatMapContext) => unknown

/** Calls the function of a step with one row. */
export function callOperator(
  run: OperatorFunction,
  row: Row,
  context: OperatorContext & FilterContext & FlatMapContext,
): unknown {
  return run(row, context)
}

const context = {} as OperatorContext & FilterContext & FlatMapContext
const functions: readonly OperatorFunction[] = [(row) => row, () => true]
let isShared = false

/**
 * Makes sure that the engine does not take a pipeline's only function for the only one there is. It would build the
 * function into the code around the call, where a loop takes twice the time, because the engine does not improve a loop
 * that runs there. So it sees two functions, often enough to take note, before the first row.
 */
export function shareCalls(): void {
  if (isShared) return
  isShared = true
  for (let time = 0; time < 2000; time++) callOperator(functions[time % 2] as OperatorFunction, {}, context)
}
