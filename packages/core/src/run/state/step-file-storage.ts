import type { Batch } from '../../contracts/row.js'
import type { RowStorage, WriteResult } from '../../contracts/row-storage.js'
import type { WrittenRows } from '../checks/written-rows.js'
import { readStepFile, StepFileWriter } from './step-file.js'

/** Presents step files as a row storage, for operators that see a whole storage. */
export class StepFileStorage implements RowStorage {
  readonly #pathOf: (step: number) => string
  readonly #steps: { latest: number; rows: number }
  readonly #fixed: number | undefined
  readonly #written: WrittenRows | undefined
  readonly #onRead: ((rows: number) => void) | undefined

  /**
   * @param pathOf The file of each step; step 0 must exist. @param written Checks what is written. @param onRead Receives
   *   the number of rows that a reader has got, after each batch.
   */
  constructor(
    pathOf: (step: number) => string,
    written?: WrittenRows,
    onRead?: (rows: number) => void,
    steps = { latest: 0, rows: 0 },
    fixed?: number,
  ) {
    this.#onRead = onRead
    this.#pathOf = pathOf
    this.#steps = steps
    this.#fixed = fixed
    this.#written = written
  }

  get operatorStep(): number {
    return this.#fixed ?? this.#steps.latest
  }

  /** The number of rows in the newest step. */
  get rows(): number {
    return this.#steps.rows
  }

  step(): RowStorage {
    return new StepFileStorage(this.#pathOf, this.#written, this.#onRead, this.#steps, this.#steps.latest)
  }

  async *read(): AsyncIterable<Batch> {
    let rows = 0
    for await (const batch of readStepFile(this.#pathOf(this.operatorStep))) {
      yield batch
      rows += batch.rows.length
      this.#onRead?.(rows)
    }
  }

  async write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const next = this.#steps.latest + 1
    const writer = await StepFileWriter.open(this.#pathOf(next))
    this.#written?.begin()
    try {
      for await (const batch of batches) {
        this.#written?.add(batch)
        await writer.write(batch)
      }
      await writer.commit()
    } catch (error) {
      await writer.abort()
      throw error
    }
    this.#steps.latest = next
    this.#steps.rows = writer.rows
    return { rows: writer.rows, location: writer.path }
  }
}
