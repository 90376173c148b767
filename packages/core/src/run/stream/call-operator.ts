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

/*
 * If the engine has seen only one function here, it builds that function into the code around the call. A loop in it then
 * takes twice the time, because the engine does not improve a loop that runs there. So it sees two functions at once,
 * often enough to take note.
 */
const context = {} as OperatorContext & FilterContext & FlatMapContext
const functions: readonly OperatorFunction[] = [(row) => row, () => true]
for (let time = 0; time < 2000; time++) callOperator(functions[time % 2] as OperatorFunction, {}, context)
