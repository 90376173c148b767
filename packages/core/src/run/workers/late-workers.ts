import { availableParallelism } from 'node:os'
import type { PartitionResult, RowPartition, StepWorkers } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'

/** For so many milliseconds, the steps keep this process busy before workers are worth their start. */
const leastMs = 3000
/** The least time of a row in milliseconds: its way to a thread and back takes up to half as long. */
const leastRowMs = 0.1

export interface LateWorkersOptions {
  /** Opens the workers. There are none if they cannot be opened. */
  open(): Promise<StepWorkers | undefined>
  /** For how many milliseconds the steps have kept this process busy. */
  busyMs(): number
  /** The number of processor cores. @default those of the machine */
  readonly cores?: number
}

/**
 * Workers that are opened once their steps have kept this process busy for some time. Until then, and if they cannot be
 * opened, the rows run here.
 */
export class LateWorkers implements StepWorkers {
  readonly #options: LateWorkersOptions
  #opened: StepWorkers | undefined
  #opening: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #rows = 0

  constructor(options: LateWorkersOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#opened !== undefined
  }

  get width(): number {
    return this.#opened?.width ?? 1
  }

  get partition(): StepWorkers['partition'] {
    return this.#opened?.partition ?? { milliseconds: 20, leastRows: 1, mostRows: 256 }
  }

  /** Counts rows that ran here, and opens the workers when it is time. @throws what opening them threw */
  ranHere(rows: number): void {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#rows += rows
    const { cores = availableParallelism(), busyMs, open } = this.#options
    if (this.#opening !== undefined || cores < 2) return
    const busy = busyMs()
    if (busy < leastMs || busy < leastRowMs * this.#rows) return
    this.#opening = open().then(
      (workers) => {
        this.#opened = workers
      },
      (error) => {
        this.#failure = { error }
      },
    )
  }

  async run(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult> {
    if (this.#opened === undefined)
      throw maestroError('MAESTRO_WORKER_START', { reason: 'its steps run elsewhere so far' })
    return this.#opened.run(partition, signal)
  }

  async dispose(): Promise<void> {
    await this.#opening
    await this.#opened?.dispose()
  }
}
