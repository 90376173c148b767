/** Decides where a partition of the records that leave ends, and commits it. */
export interface StreamPartitions {
  /** Whether the last record that has left ends a partition. */
  isDue(): boolean
  /** Called when all rows of the partition are written. Until it resolves, no further record leaves. */
  commit(): Promise<void>
}
