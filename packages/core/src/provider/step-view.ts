import type { Batch } from '../contracts/row.js'
import type { RowStorage, WriteResult } from '../contracts/row-storage.js'
import type { SourceBatch } from '../contracts/source.js'

/** A storage that can read each of its finished steps. */
export interface SteppedStorage extends RowStorage {
  /** The rows of one finished step, in order. */
  readStep(step: number): AsyncIterable<SourceBatch>
}

/** A storage at one of its steps: reads return that step, and writes create the storage's next step. */
export class StepView implements RowStorage {
  readonly #storage: SteppedStorage
  readonly operatorStep: number

  /** @param step @default the newest finished step */
  constructor(storage: SteppedStorage, step: number = storage.operatorStep) {
    this.#storage = storage
    this.operatorStep = step
  }

  step(): RowStorage {
    return this
  }

  read(): AsyncIterable<SourceBatch> {
    return this.#storage.readStep(this.operatorStep)
  }

  write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    return this.#storage.write(batches)
  }
}
