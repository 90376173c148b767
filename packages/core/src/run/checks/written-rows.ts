import { isDeepStrictEqual } from 'node:util'
import type { Batch, Row, RowId } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { isRowId } from './row-id.js'
import { SeenIds } from './seen-ids.js'

/**
 * Checks the rows that an operator over a whole storage writes: there are as many ids as rows, ids are texts, no id
 * comes twice, and rows that stay keep their ids.
 */
export class WrittenRows {
  readonly #place: { readonly step: string; readonly use: string }
  /** The first rows of the input, by their ids. */
  readonly #first: ReadonlyMap<RowId, Row>
  #seen = new SeenIds()
  #keptId = false
  #renamed: RowId | undefined
  /** The rows of which the operator says that they are not among those that it writes. */
  readonly #left = new SeenIds()
  /** Those of them that it has written, perhaps in an earlier step. */
  readonly #doubtful = new Set<RowId>()

  constructor(place: { readonly step: string; readonly use: string }, first: Batch) {
    this.#place = place
    this.#first = new Map(first.ids.map((id, index) => [id, first.rows[index] as Row]))
  }

  /** Starts a step. The rows of earlier steps do not count. */
  begin(): void {
    this.#seen = new SeenIds()
    this.#keptId = false
    this.#renamed = undefined
  }

  /** @throws MAESTRO_STEP_CONTRACT */
  add({ ids, rows }: Batch): void {
    if (!Array.isArray(ids) || !Array.isArray(rows)) this.#fail('wrote something that is not a batch: { ids, rows }')
    if (ids.length !== rows.length) this.#fail(`wrote ${ids.length} ids for ${rows.length} rows`)
    for (const [index, id] of ids.entries()) {
      if (!isRowId(id)) this.#fail(`wrote a row with the id ${describeValue(id)}; an id is a text`)
      if (!this.#seen.add(id)) this.#fail(`wrote two rows with the id ${id}`, id)
      if (this.#left.has(id)) this.#doubtful.add(id)
      if (this.#first.has(id)) this.#keptId = true
      else if (this.#isChild(id)) this.#keptId = true
      else if (!this.#keptId && this.#renamed === undefined && this.#isOfInput(rows[index] as Row)) this.#renamed = id
    }
  }

  /** The operator says that a row was dropped, merged, or rejected. */
  left(id: RowId): void {
    this.#left.add(id)
    if (this.#seen.has(id)) this.#doubtful.add(id)
  }

  /** Called when the last step is written and all fates are known. @throws MAESTRO_STEP_CONTRACT */
  assertLeft(): void {
    for (const id of this.#doubtful)
      if (this.#seen.has(id)) this.#fail(`wrote the row ${id}, and says that it dropped, merged, or rejected it`, id)
  }

  /** Called when the last step is written. @throws MAESTRO_STEP_CONTRACT when all rows of the input got new ids */
  end(rowsIn: number, rowsOut: number): void {
    if (rowsIn === rowsOut && !this.#keptId && this.#renamed !== undefined)
      this.#fail('wrote the rows of its input under other ids', this.#renamed)
  }

  /** Whether the id says that the step made the row of one of the first rows. */
  #isChild(id: RowId): boolean {
    const end = id.lastIndexOf(`/${this.#place.step}/`)
    return end > 0 && this.#first.has(id.slice(0, end))
  }

  /** Whether a row is one of the first rows of the input, perhaps with additional columns. */
  #isOfInput(row: Row): boolean {
    return [...this.#first.values()].some((before) =>
      Object.keys(before).every((column) => isDeepStrictEqual(before[column], row[column])),
    )
  }

  #fail(fault: string, rowId?: RowId): never {
    throw maestroError('MAESTRO_STEP_CONTRACT', { ...this.#place, fault }).at({ step: this.#place.step, rowId })
  }
}
