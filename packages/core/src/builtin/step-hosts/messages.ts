import type { ErrorData, PartitionResult, RowPartition, WorkerTask } from '../../contracts/step-workers.js'

/** What the process of the run asks of a host: to open the steps of a task, to run a partition, or to end. */
export type HostRequest = { readonly open: WorkerTask } | { readonly run: RowPartition } | { readonly close: true }

/** What a host answers: whether it has opened the steps, and the results of partitions by their numbers. */
export type HostAnswer =
  | { readonly ready: true }
  | { readonly refused: ErrorData }
  | { readonly index: number; readonly result: PartitionResult }
