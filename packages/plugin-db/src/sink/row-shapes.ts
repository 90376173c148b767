import type { Batch, MaestroError, Row } from '@maestro-dataflow/core'
import type { Client } from '../connection/connection-settings.js'
import { dbError } from '../errors.js'
import { sizeOf } from '../source/pace.js'
import type { TableColumn, TableDescription } from '../tables/table-description.js'
import { copyEncoderOf, copyLine } from '../values/copy-text.js'
import { type Binding, type Encode, encoderOf } from '../values/encode.js'
import { Unfit } from '../values/unfit.js'

/** A row as an inserter takes it. */
export interface EncodedRow {
  readonly id: string
  readonly row: Row
  /** One for each column of its shape. */
  readonly values: readonly Binding[]
}

/** Rows that follow each other and have the same columns: one statement can take them. */
export interface RowRun {
  readonly columns: readonly string[]
  readonly rows: readonly EncodedRow[]
  /** The same as lines of COPY, where they are written so; outside of JavaScript's heap, since many wait. */
  readonly lines: readonly Buffer[]
  /** About how many bytes they hold. */
  readonly bytes: number
}

/** A run, while rows come to it. */
export interface GrowingRun extends RowRun {
  readonly rows: EncodedRow[]
  readonly lines: Buffer[]
  bytes: number
}

/** The columns of rows, and how the value of each is encoded. */
interface Shape {
  readonly columns: readonly string[]
  /** Undefined for a column that the table has not. */
  readonly encoders: readonly (Encode | undefined)[]
}

/** Turns rows into what the driver takes, by what the table's columns are. */
export class RowShapes {
  readonly #table: string
  readonly #encoders: ReadonlyMap<string, Encode>
  readonly #only: readonly string[] | undefined
  readonly #copies: boolean
  /** That of the last row; most rows of a table have the same columns. */
  #shape: Shape = { columns: [], encoders: [] }

  /** @param only The columns to write; others of the rows are left out. Without it a column that the table lacks refuses the row. */
  constructor(
    client: Client,
    table: string,
    { columns }: TableDescription,
    only: readonly string[] | undefined,
    copies: boolean,
  ) {
    this.#table = table
    this.#only = only
    this.#copies = copies
    const encoder = (column: TableColumn) => (copies ? copyEncoderOf(column) : encoderOf(client, column))
    this.#encoders = new Map(
      columns.filter(({ generated }) => !generated).map((column) => [column.name, encoder(column)]),
    )
  }

  /** @returns the rows of a batch, those that cannot be written left out and put with their reasons into `refused` */
  encode({ ids, rows }: Batch, refused: Map<string, MaestroError>): readonly RowRun[] {
    const runs: GrowingRun[] = []
    let run: GrowingRun | undefined
    let lines = ''
    const end = () => {
      if (run === undefined || lines === '') return
      const some = Buffer.from(lines)
      run.lines.push(some)
      run.bytes += some.byteLength
      lines = ''
    }
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row
      const id = ids[index] as string
      try {
        const shape = this.#shapeOf(row)
        const values = encodeValues(row, shape)
        if (run?.columns !== shape.columns) {
          end()
          run = { columns: shape.columns, rows: [], lines: [], bytes: 0 }
          runs.push(run)
        }
        if (this.#copies) {
          lines += copyLine(values)
          run.rows.push(new CopiedRow(id, row, shape))
        } else {
          run.rows.push({ id, row, values })
          run.bytes += sizeOf(values)
        }
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        refused.set(id, refusal(this.#table, error.message))
      }
    }
    end()
    return runs
  }

  /** The columns that a row has a value for. */
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

/** A row that goes as a line of COPY; its values are made once more where it must be tried by itself. */
class CopiedRow implements EncodedRow {
  readonly id: string
  readonly row: Row
  readonly #shape: Shape

  constructor(id: string, row: Row, shape: Shape) {
    this.id = id
    this.row = row
    this.#shape = shape
  }

  get values(): readonly Binding[] {
    return encodeValues(this.row, this.#shape)
  }
}

/** @throws Unfit */
function encodeValues(row: Row, { columns, encoders }: Shape): readonly Binding[] {
  const values: Binding[] = new Array(columns.length)
  let at = 0
  try {
    for (; at < columns.length; at++) {
      const encode = encoders[at]
      const value = row[columns[at] as string]
      if (encode === undefined) throw new Unfit(columns[at], 'is no column of the table that takes values')
      values[at] = value === null ? null : encode(value)
    }
  } catch (error) {
    if (error instanceof Unfit && encoders[at] !== undefined)
      error.message = `column "${columns[at]}": ${error.message}`
    throw error
  }
  return values
}

/** The error of a row that the table does not take. */
export function refusal(table: string, reason: string): MaestroError {
  return dbError('MAESTRO_DB_ROW_REFUSED', { table, reason })
}
