import type { Batch, Columns, MaestroError, Row } from '@maestro-dataflow/core'
import { dbError } from '../errors.js'
import { sizeOf } from '../source/pace.js'
import type { TableDescription } from '../tables/table-description.js'
import type { Binding, Encode } from '../values/encode.js'
import { Unfit } from '../values/unfit.js'
import { jsonEncoder } from './json-encoder.js'
import type { RowInserter } from './row-inserter.js'
import type { EncodedRow, RowPart } from './row-run.js'

/** The columns of rows, and how to encode the value of each. */
interface Shape {
  readonly columns: readonly string[]
  /** Undefined for a column that the table lacks. */
  readonly encoders: readonly (Encode | undefined)[]
}

/** Encodes rows for the driver, by the columns of the table. */
export class RowShapes {
  readonly #table: string
  readonly #encoders: ReadonlyMap<string, Encode>
  readonly #only: readonly string[] | undefined
  /** The columns by which rows are found in the table, and whether the database fills a column that a row lacks. */
  readonly #key: readonly { readonly name: string; readonly optional: boolean }[]
  readonly #lineOf: RowInserter['lineOf']
  /** The shape of the last row; most rows of a table have the same columns. */
  #shape: Shape = { columns: [], encoders: [] }

  /**
   * @param only The columns to write; the other columns of the rows are ignored. Without it, a column that the table
   *   lacks refuses the row. @param types What the plan knows about the rows @param declared The types in the options
   *   of the sink @param upsertBy The key of an upsert
   */
  constructor(
    inserter: Pick<RowInserter, 'encoderOf' | 'lineOf'>,
    table: string,
    { columns }: TableDescription,
    only: readonly string[] | undefined,
    types: Columns = {},
    declared: Columns = {},
    upsertBy: readonly string[] = [],
  ) {
    this.#table = table
    this.#only = only
    this.#lineOf = inserter.lineOf
    this.#key = columns.filter(({ name }) => upsertBy.includes(name))
    this.#encoders = new Map(
      columns
        .filter(({ generated }) => !generated)
        .map((column) => [column.name, jsonEncoder(column, inserter.encoderOf(column), types, declared)]),
    )
  }

  /** @returns the rows of a batch, without those that cannot be written; `refused` receives those with their reasons */
  encode({ ids, rows }: Batch, refused: Map<string, MaestroError>): readonly RowPart[] {
    const parts: RowPart[] = []
    let part: LinesPart | ValuesPart | undefined
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row
      const id = ids[index] as string
      try {
        if (this.#key.length > 0) this.#assertKey(row)
        const known = this.#only === undefined ? encodeInOrder(row, this.#shape) : undefined
        const shape = known === undefined ? this.#shapeOf(row) : this.#shape
        const values = known ?? encodeValues(row, shape)
        if (part?.columns !== shape.columns) {
          part?.end()
          part = this.#lineOf === undefined ? new ValuesPart(shape.columns) : new LinesPart(shape, this.#lineOf)
          parts.push(part)
        }
        part.add(id, row, values)
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        refused.set(id, refusal(this.#table, error.message))
      }
    }
    part?.end()
    return parts
  }

  /** NULL equals nothing, so a row without a key would be added again each time. @throws Unfit */
  #assertKey(row: Row): void {
    for (const { name, optional } of this.#key) {
      const value = Object.hasOwn(row, name) ? row[name] : undefined
      if (value === null || (value === undefined && !optional))
        throw new Unfit(name, 'has no value, although rows are found in the table by it')
    }
  }

  /** The columns for which a row has a value. */
  #shapeOf(row: Row): Shape {
    const given = this.#only ?? Object.keys(row)
    const { columns } = this.#shape
    let same = given.length === columns.length
    for (let at = 0; same && at < given.length; at++) {
      const column = given[at] as string
      same = column === columns[at] && row[column] !== undefined && Object.hasOwn(row, column)
    }
    if (same) return this.#shape
    const valued = given.filter((column) => Object.hasOwn(row, column) && row[column] !== undefined)
    if (valued.length === columns.length && valued.every((column, at) => column === columns[at])) return this.#shape
    this.#shape = { columns: valued, encoders: valued.map((column) => this.#encoders.get(column)) }
    return this.#shape
  }
}

class ValuesPart implements RowPart {
  readonly columns: readonly string[]
  readonly lines = undefined
  readonly #rows: EncodedRow[] = []
  bytes = 0

  constructor(columns: readonly string[]) {
    this.columns = columns
  }

  add(id: string, row: Row, values: readonly Binding[]): void {
    this.#rows.push({ id, row, values })
    this.bytes += sizeOf(values)
  }

  end(): void {}

  get count(): number {
    return this.#rows.length
  }

  rows(): readonly EncodedRow[] {
    return this.#rows
  }
}

class LinesPart implements RowPart {
  readonly #shape: Shape
  readonly #lineOf: (values: readonly Binding[]) => string
  readonly #ids: string[] = []
  readonly #rows: Row[] = []
  #text = ''
  lines: Buffer | undefined

  constructor(shape: Shape, lineOf: (values: readonly Binding[]) => string) {
    this.#shape = shape
    this.#lineOf = lineOf
  }

  get columns(): readonly string[] {
    return this.#shape.columns
  }

  get count(): number {
    return this.#rows.length
  }

  get bytes(): number {
    return this.lines?.byteLength ?? 0
  }

  add(id: string, row: Row, values: readonly Binding[]): void {
    this.#ids.push(id)
    this.#rows.push(row)
    this.#text += this.#lineOf(values)
  }

  end(): void {
    this.lines = Buffer.from(this.#text)
    this.#text = ''
  }

  rows(): readonly EncodedRow[] {
    return this.#rows.map((row, at) => ({ id: this.#ids[at] ?? '', row, values: encodeValues(row, this.#shape) }))
  }
}

/**
 * Encodes a plain row that has exactly the columns of a shape, in its order, as most rows do; undefined for any other one.
 *
 * @throws Unfit
 */
function encodeInOrder(row: Row, { columns, encoders }: Shape): readonly Binding[] | undefined {
  const prototype: unknown = Object.getPrototypeOf(row)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const values: Binding[] = new Array(columns.length)
  let at = 0
  for (const column in row) {
    const value = row[column]
    const encode = encoders[at]
    if (column !== columns[at] || value === undefined || encode === undefined) return undefined
    try {
      values[at++] = value === null ? null : encode(value)
    } catch (error) {
      if (error instanceof Unfit) error.message = `column "${column}": ${error.message}`
      throw error
    }
  }
  return at === columns.length ? values : undefined
}

/** @throws Unfit */
function encodeValues(row: Row, { columns, encoders }: Shape): readonly Binding[] {
  const values: Binding[] = new Array(columns.length)
  let at = 0
  try {
    for (; at < columns.length; at++) {
      const encode = encoders[at]
      const value = row[columns[at] as string]
      if (encode === undefined) throw new Unfit(columns[at], 'is not a writable column of the table')
      values[at] = value === null ? null : encode(value)
    }
  } catch (error) {
    if (error instanceof Unfit && encoders[at] !== undefined)
      error.message = `column "${columns[at]}": ${error.message}`
    throw error
  }
  return values
}

/** The error of a row that the table does not accept. */
export function refusal(table: string, reason: string): MaestroError {
  return dbError('MAESTRO_DB_ROW_REFUSED', { table, reason })
}
