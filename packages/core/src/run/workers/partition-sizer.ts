import type { WorkerSegment } from './worker-segment.js'

/** The size of the rows of a partition, in bytes or characters, after which it is sent. */
const mostSize = 4 * 1024 * 1024
const firstRows = 64

/** Decides how many rows a partition holds, so that each takes about the same time. */
export class PartitionSizer {
  readonly #segment: Pick<WorkerSegment, 'workers' | 'batchSize' | 'rowsInFlight'>
  #rows: number
  #size = 0

  constructor(segment: Pick<WorkerSegment, 'workers' | 'batchSize' | 'rowsInFlight'>) {
    this.#segment = segment
    this.#rows = firstRows
  }

  /** The number of rows of the next partition. */
  get rows(): number {
    const { workers, batchSize, rowsInFlight } = this.#segment
    const { leastRows, mostRows } = workers.partition
    // Each worker runs a partition while the next one waits for it.
    const share = Math.ceil(rowsInFlight / (2 * Math.max(1, workers.width)))
    const rows = Math.max(1, Math.min(Math.max(this.#rows, leastRows), mostRows, share))
    return rows > batchSize ? rows - (rows % batchSize) : Math.min(batchSize, share)
  }

  /** Takes a row that joins the partition. @returns whether the partition is to be sent */
  isFull(rows: number, size: number): boolean {
    this.#size += size
    return rows >= this.rows || this.#size >= mostSize
  }

  sent(): void {
    this.#size = 0
  }

  /** Learns from a partition, by at most the factor 2. */
  took(rows: number, milliseconds: number): void {
    const { milliseconds: wanted } = this.#segment.workers.partition
    const ideal = (rows * wanted) / Math.max(milliseconds, 0.1)
    this.#rows = Math.max(1, Math.round(Math.min(Math.max(ideal, this.#rows / 2), this.#rows * 2)))
  }
}
