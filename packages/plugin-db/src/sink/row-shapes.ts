import type { Batch, MaestroError, Row } from '@maestro-dataflow/core'
import type { Client } from '../connection/connection-settings.js'
import { dbError } from '../errors.js'
import type { TableDescription } from '../tables/table-description.js'
import { type Binding, type Encode, encoderOf } from '../values/encode.js'
import { Unfit } from '../values/unfit.js'

/** A row as the driver takes it, one value for each column of its shape. */
export interface EncodedRow {
  readonly id: string
  readonly row: Row
  readonly values: readonly Binding[]
}

/** Rows that follow each other and have the same columns: one statement can take them. */
export interface RowRun {
  readonly columns: readonly string[]
  readonly rows: readonly EncodedRow[]
}

/** Turns rows into what the driver takes, by what the table's columns are. */
export class RowShapes {
  readonly #table: string
  readonly #encoders: ReadonlyMap<string, Encode>
  readonly #only: readonly string[] | undefined
  #columns: readonly string[] = []

  /** @param only The columns to write; others of the rows are left out. Without it a column that the table lacks refuses the row. */
  constructor(client: Client, table: string, { columns }: TableDescription, only: readonly string[] | undefined) {
    this.#table = table
    this.#only = only
    this.#encoders = new Map(
      columns.filter(({ generated }) => !generated).map((column) => [column.name, encoderOf(client, column)]),
    )
  }

  /** @returns the rows of a batch, those that cannot be written left out and put with their reasons into `refused` */
  encode({ ids, rows }: Batch, refused: Map<string, MaestroError>): readonly RowRun[] {
    const runs: { columns: readonly string[]; rows: EncodedRow[] }[] = []
    let run: { columns: readonly string[]; rows: EncodedRow[] } | undefined
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row
      const id = ids[index] as string
      try {
        const columns = this.#columnsOf(row)
        const values = columns.map((column) => this.#encode(row, column))
        if (run === undefined || run.columns !== columns) {
          run = { columns, rows: [] }
          runs.push(run)
        }
        run.rows.push({ id, row, values })
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        refused.set(id, refusal(this.#table, error.message))
      }
    }
    return runs
  }

  /** The columns that a row has a value for; the same list for rows that follow each other and have the same ones. */
  #columnsOf(row: Row): readonly string[] {
    const given = this.#only ?? Object.keys(row)
    const columns = given.filter((column) => Object.hasOwn(row, column) && row[column] !== undefined)
    const same = columns.length === this.#columns.length && columns.every((column, at) => column === this.#columns[at])
    if (!same) this.#columns = columns
    return this.#columns
  }

  #encode(row: Row, column: string): Binding {
    const encode = this.#encoders.get(column)
    if (encode === undefined) throw new Unfit(column, 'is no column of the table that takes values')
    const value = row[column]
    if (value === null) return null
    try {
      return encode(value)
    } catch (error) {
      if (error instanceof Unfit) error.message = `column "${column}": ${error.message}`
      throw error
    }
  }
}

/** The error of a row that the table does not take. */
export function refusal(table: string, reason: string): MaestroError {
  return dbError('MAESTRO_DB_ROW_REFUSED', { table, reason })
}
