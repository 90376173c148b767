import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { BatchContext, MapBatchesFunction } from '../contracts/operator-functions.js'
import type { Row } from '../contracts/row.js'
import { RowOperator } from './row-operator.js'

/** An operator that processes several rows at a time, such as an embedding model. */
export abstract class MapBatchesOperator extends RowOperator {
  override readonly kind = 'mapBatches'
  /** The maximum number of rows in a batch. */
  readonly batchSize: number = 64
  abstract mapBatches(rows: readonly Row[], context: BatchContext): ReturnType<MapBatchesFunction>
}
recogniseAcrossCopies(MapBatchesOperator, 'MapBatchesOperator')
