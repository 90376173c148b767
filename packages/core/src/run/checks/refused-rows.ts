import type { RowId } from '../../contracts/row.js'
import type { RefusedRow } from '../../contracts/sink.js'
import { maestroError } from '../../errors/error-table.js'
import { SeenIds } from './seen-ids.js'

/**
 * Checks what a sink refuses after it has taken it: each row is one that it was given, and none is refused twice. Otherwise
 * a sink could lose a row and balance its count with a row that does not exist.
 */
export class RefusedRows {
  readonly #place: { readonly sink: string; readonly use: string }
  readonly #given = new SeenIds()
  readonly #refused = new Set<RowId>()

  constructor(place: { readonly sink: string; readonly use: string }) {
    this.#place = place
  }

  given(ids: readonly RowId[]): void {
    for (const id of ids) this.#given.add(id)
  }

  /** @throws MAESTRO_SINK_CONTRACT */
  assert(rows: readonly RefusedRow[]): void {
    for (const { id } of rows) {
      if (this.#refused.has(id)) throw this.#breach(id, `refused the row ${id} twice`)
      if (!this.#given.has(id) && !this.#given.isFull)
        throw this.#breach(id, `refused the row ${id}, which it was not given`)
      this.#refused.add(id)
    }
  }

  #breach(rowId: RowId, fault: string) {
    return maestroError('MAESTRO_SINK_CONTRACT', { ...this.#place, fault }).at({ step: this.#place.sink, rowId })
  }
}
