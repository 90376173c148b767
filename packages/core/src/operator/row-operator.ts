import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import { Operator, type OperatorResult, type RunOptions } from '../contracts/operator.js'
import type { RowStorage } from '../contracts/row-storage.js'

/** The base class of the kinds that see rows: `run(storage)` streams the storage's rows through the kind's function. */
export abstract class RowOperator extends Operator {
  async run(storage: RowStorage, options?: RunOptions): Promise<OperatorResult> {
    const { runOperator } = await import('../run/run-operator.js')
    return runOperator(this, storage, options)
  }
}
recogniseAcrossCopies(RowOperator, 'RowOperator')
