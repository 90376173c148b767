import { hasType } from '../../contracts/has-type.js'
import type { Columns, ColumnType, Row, RowId } from '../../contracts/row.js'
import type { SourceBatch, SourceReject } from '../../contracts/source.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { holdsPromise } from './cell-values.js'
import { GivenObjects, sharedObjectFault } from './given-objects.js'
import { isRowId } from './row-id.js'
import { type CheckMode, RowSample } from './row-sample.js'
import { SeenIds } from './seen-ids.js'
import { withUniqueIds } from './unique-ids.js'

/** The place that messages name for a fault of a source. */
export interface SourcePlace {
  readonly use: string
  readonly plugin: string | undefined
}

/** What a source says about the columns of its rows. */
export interface ColumnRule {
  /** Whether rows have no other columns than the declared ones. */
  readonly isExact: boolean
  /** Whether rows may lack declared columns. */
  readonly isOptional: boolean
}

/**
 * Checks what a source returns against its contract: as many ids as rows, ids that are texts, rows that are objects,
 * and values of the declared columns and types. A breach of the contract ends the run. A row whose id has come before
 * is rejected.
 */
export class SourceChecks {
  readonly #place: SourcePlace
  readonly #types: ReadonlyMap<string, ColumnType>
  readonly #isExact: boolean
  /** The columns that some row must have, and that no row has had so far. */
  readonly #missing: Set<string>
  #anyChecked = false
  readonly #sample: RowSample
  readonly #seen: SeenIds
  readonly #given = new GivenObjects()
  /** Whether some ids can no longer be compared. */
  isBounded = false

  constructor(place: SourcePlace, columns: Columns, rule: ColumnRule, mode: CheckMode | undefined) {
    this.#place = place
    this.#types = new Map(Object.entries(columns))
    this.#isExact = rule.isExact
    this.#missing = new Set(rule.isExact && !rule.isOptional ? this.#types.keys() : [])
    this.#sample = new RowSample(mode)
    this.#seen = new SeenIds(mode === 'strict' ? Number.POSITIVE_INFINITY : undefined)
  }

  /**
   * Yields the batches, with the rows whose ids have come before among their rejected rows.
   *
   * @throws MAESTRO_SOURCE_CONTRACT
   */
  async *checked(batches: AsyncIterable<SourceBatch>): AsyncGenerator<SourceBatch> {
    for await (const batch of batches) {
      this.#assertBatch(batch)
      yield this.#checkedBatch(batch)
    }
  }

  #checkedBatch(batch: SourceBatch): SourceBatch {
    const { ids, rows } = batch
    // A loop by index, because this runs for every row of every source.
    for (let index = 0; index < rows.length; index++) this.#assertShape(ids[index], rows[index])
    for (const index of this.#sample.among(rows.length)) this.#assertRow(ids[index] as RowId, rows[index] as Row)
    const rejects = batch.rejects?.map((reject) => this.#typed(reject))
    const unique = withUniqueIds(rejects === undefined ? batch : { ...batch, rejects }, this.#seen)
    this.isBounded ||= this.#seen.isFull
    return unique
  }

  /**
   * Called when all rows have been read.
   *
   * @throws MAESTRO_SOURCE_CONTRACT if the number of rows is not the announced one, or if no row has a declared column
   */
  assertComplete(announced: number | undefined, read: number): void {
    const [missing] = this.#missing
    if (this.#anyChecked && missing !== undefined)
      this.#fail(`declares the column "${missing}", which no row has`, undefined, missing)
    if (announced !== undefined && announced !== read)
      this.#fail(`gave ${read} rows, and said before that there are ${announced}`)
  }

  #assertBatch(batch: SourceBatch): void {
    const { ids, rows, rejects = [] } = (batch ?? {}) as Partial<SourceBatch>
    if (!Array.isArray(ids) || !Array.isArray(rows) || !Array.isArray(rejects))
      this.#fail('gave something that is not a batch: { ids, rows }')
    else if (ids.length !== rows.length) this.#fail(`gave ${ids.length} ids for ${rows.length} rows`)
  }

  #assertShape(id: unknown, row: unknown): void {
    if (!isRowId(id)) this.#fail(`gave a row the id ${describeValue(id)}; an id is a text`)
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      this.#fail(`gave ${describeValue(row)} instead of a row`, id)
  }

  #assertRow(id: RowId, row: Row): void {
    this.#anyChecked = true
    const prototype: unknown = Object.getPrototypeOf(row)
    if (prototype !== Object.prototype && prototype !== null)
      this.#fail(`gave ${describeValue(row)} instead of a plain object as a row`, id)
    const shared = this.#given.add(row)
    if (shared !== undefined)
      this.#fail(sharedObjectFault(shared, 'gave'), id, shared === 'row' ? undefined : shared.column)
    for (const column of Object.keys(row)) {
      const value = row[column]
      if (holdsPromise(value)) this.#fail(`gave a promise in the column "${column}"`, id, column)
      const type = this.#types.get(column)
      this.#missing.delete(column)
      if (type === undefined) {
        if (this.#isExact) this.#fail(`gave the column "${column}", which it does not declare`, id, column)
      } else if (!hasType(value, type))
        this.#fail(`gave ${describeValue(value)} in the column "${column}", which it declares as ${type}`, id, column)
    }
  }

  #typed({ id, row, error }: SourceReject): SourceReject {
    if (MaestroError.is(error)) return { id: String(id), row, error }
    const reason = reasonOf(error)
    return { id: String(id), row, error: maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: String(id), reason }) }
  }

  #fail(fault: string, rowId?: RowId, column?: string): never {
    const { use, plugin } = this.#place
    const details = { use, fault, ...(column === undefined ? {} : { column }) }
    throw maestroError('MAESTRO_SOURCE_CONTRACT', details).at({ plugin, step: 'source', rowId })
  }
}
