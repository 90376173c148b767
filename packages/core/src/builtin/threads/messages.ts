import type { ErrorData, PartitionResult, RowPartition } from '../../contracts/step-workers.js'

/** What the process of the run asks of a thread: to run a partition, or to end. */
export type ThreadRequest = { readonly run: RowPartition } | { readonly close: true }

/** What a thread answers: whether it has opened the steps, and the results of partitions by their numbers. */
export type ThreadAnswer =
  | { readonly ready: true }
  | { readonly refused: ErrorData }
  | { readonly index: number; readonly result: PartitionResult }
