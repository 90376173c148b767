/** When a stage commits what it has done: at the first of these limits. */
export interface PartitionSize {
  readonly rows: number
  /** The time since the last commit, in milliseconds. A step that asks models reaches it before the number of rows. */
  readonly milliseconds: number
}

let size: PartitionSize = { rows: 200_000, milliseconds: 3000 }

export const partitionSize = (): PartitionSize => size

/** Sets the size of partitions, for tests. @returns a function that restores the size before */
export function setPartitionSize(given: PartitionSize): () => void {
  const before = size
  size = given
  return () => {
    size = before
  }
}
