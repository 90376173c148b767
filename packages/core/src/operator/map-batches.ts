import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { Row, RowId } from '../contracts/row.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { RowOperator } from './row-operator.js'

/** What a batch function gets with its rows. */
export interface BatchContext {
  readonly rowIds: readonly RowId[]
  readonly signal: AbortSignal
  readonly step: string
  readonly run: string
}

/**
 * As many results as rows, in their order. A `MaestroError` in place of a row rejects that row alone; a thrown error
 * makes the runner halve the batch until the rows at fault stand alone.
 */
export type MapBatchesFunction<In = Row, Out = Row> = (
  rows: readonly In[],
  context: BatchContext,
) => readonly (Out | MaestroError)[] | Promise<readonly (Out | MaestroError)[]>

/** An operator that works on several rows at a time, such as an embedding model. */
export abstract class MapBatchesOperator extends RowOperator {
  static {
    recogniseAcrossCopies(this, 'MapBatchesOperator')
  }

  override readonly kind = 'mapBatches'
  /** How many rows a batch holds at most. */
  readonly batchSize: number = 64
  abstract mapBatches(rows: readonly Row[], context: BatchContext): ReturnType<MapBatchesFunction>
}
