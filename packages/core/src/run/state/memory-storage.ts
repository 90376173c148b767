import type { Batch, Row, RowId } from '../../contracts/row.js'
import type { RowStorage, WriteResult } from '../../contracts/row-storage.js'
import { maestroError } from '../../errors/error-table.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import { type SteppedStorage, StepView } from '../../provider/step-view.js'
import { SeenIds } from '../checks/seen-ids.js'
import { RowIds } from '../source/row-ids.js'

const batchRows = 1024

/**
 * Rows in memory, in steps. The storage copies the values: a change to an object after it was written or read changes
 * no step.
 *
 * @example
 * const storage = new MemoryStorage([{ id: 'a', text: 'Hello' }], { key: 'id' })
 * await new PromptedGenerator({ ... }).run(storage)
 * console.log(await storage.rows())
 */
export class MemoryStorage implements SteppedStorage {
  readonly #steps: (readonly string[])[]

  /**
   * @param rows The input.
   * @param options `key`: the column whose value is the row's id. @default `rows:1`, `rows:2` ...
   * @throws MAESTRO_STORAGE_ROW_INVALID, MAESTRO_RUN_DUPLICATE_ID, MAESTRO_ROW_UNENCODABLE
   */
  constructor(rows: Iterable<Row>, options: { readonly key?: string } = {}) {
    const { ids, rows: good, rejects } = new RowIds(options.key).batch([...rows])
    const [first] = rejects ?? []
    if (first !== undefined) throw first.error
    const seen = new SeenIds(Number.POSITIVE_INFINITY)
    for (const id of ids) if (!seen.add(id)) throw maestroError('MAESTRO_RUN_DUPLICATE_ID', { value: id })
    this.#steps = [good.map((row, index) => encodeStepLine(ids[index] as RowId, row))]
  }

  get operatorStep(): number {
    return this.#steps.length - 1
  }

  step(): RowStorage {
    return new StepView(this)
  }

  read(): AsyncIterable<Batch> {
    return this.readStep(this.operatorStep)
  }

  /** The rows of one finished step. */
  async *readStep(step: number): AsyncGenerator<Batch> {
    const lines = this.#steps[step] ?? []
    for (let start = 0; start < lines.length; start += batchRows) {
      const decoded = lines.slice(start, start + batchRows).map(decodeStepLine)
      yield { ids: decoded.map(({ id }) => id), rows: decoded.map(({ row }) => row) }
    }
  }

  async write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const lines: string[] = []
    for await (const { ids, rows } of batches) {
      for (const [index, row] of rows.entries()) lines.push(encodeStepLine(ids[index] as RowId, row))
    }
    this.#steps.push(lines)
    return { rows: lines.length, location: 'memory' }
  }

  /** All rows of the newest step. */
  async rows(): Promise<readonly Row[]> {
    const all: Row[] = []
    for await (const batch of this.read()) all.push(...batch.rows)
    return all
  }
}
