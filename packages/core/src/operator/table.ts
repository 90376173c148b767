import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import { Operator, type OperatorResult, type RunOptions } from '../contracts/operator.js'
import type { TableOperatorObject } from '../contracts/operator-functions.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { TableEngine, TableStatement } from '../contracts/table-engine.js'

/**
 * An operator over a whole table. It describes the work as data; a table engine performs it on files, with rows as
 * text.
 */
export abstract class TableOperator extends Operator implements TableOperatorObject {
  override readonly kind = 'table'
  abstract readonly statements: readonly TableStatement[]
  /** The engine for `run(storage)`. In a pipeline, the configured engine is used instead. */
  abstract createEngine(): Promise<TableEngine>

  async run(storage: RowStorage, options?: RunOptions): Promise<OperatorResult> {
    const { runTableOperator } = await import('../run/run-operator.js')
    return runTableOperator(this, storage, options)
  }
}
recogniseAcrossCopies(TableOperator, 'TableOperator')
