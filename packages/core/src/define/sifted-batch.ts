import type { Row, RowId } from '../contracts/row.js'
import type { SourceBatch, SourceReject } from '../contracts/source.js'

/**
 * The result of a batch whose rows are checked one after the other. Rejects keep their places among the rows, so that a
 * limited run does not count those after its last row.
 *
 * @example
 * const sifted = new SiftedBatch(batch)
 * for (const [index, row] of batch.rows.entries())
 *   if (isGood(row)) sifted.keep(batch.ids[index], row)
 *   else sifted.reject(batch.ids[index], row, error)
 * yield sifted.take()
 */
export class SiftedBatch {
  readonly #batch: SourceBatch
  readonly #earlier: SourceReject[]
  readonly #ids: RowId[] = []
  readonly #rows: Row[] = []
  readonly #rejects: SourceReject[] = []
  #checked = 0

  constructor(batch: SourceBatch) {
    this.#batch = batch
    this.#earlier = [...(batch.rejects ?? [])]
  }

  /** Keeps the next row, possibly with another id or other values. */
  keep(id: RowId, row: Row): void {
    this.#next()
    this.#ids.push(id)
    this.#rows.push(row)
  }

  /** Rejects the next row. */
  reject(id: string, row: unknown, error: SourceReject['error']): void {
    this.#next()
    this.#rejects.push({ id, row, error, after: this.#ids.length })
  }

  /** Leaves the next row out. */
  skip(): void {
    this.#next()
  }

  /** Returns the batch after all rows were checked. */
  take(): SourceBatch {
    this.#checked = Number.POSITIVE_INFINITY
    this.#next()
    return { ...this.#batch, ids: this.#ids, rows: this.#rows, rejects: this.#rejects }
  }

  /** The batch's own rejects keep their places before the row that is being checked. */
  #next(): void {
    while (this.#earlier[0] !== undefined && (this.#earlier[0].after ?? 0) <= this.#checked)
      this.#rejects.push({ ...(this.#earlier.shift() as SourceReject), after: this.#ids.length })
    this.#checked++
  }
}
