import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ColumnSet,
  columnNames,
  decodeStepLine,
  encodeStepLine,
  MaestroError,
  type Row,
  type RowId,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { ColumnValues, type KnownColumns } from './column-values.js'
import { connect, type Database } from './connect.js'
import { ExtractedColumns } from './extracted-columns.js'
import { misfit } from './judge-rows.js'
import { learnColumns } from './learn-columns.js'
import { lineColumn, positionColumn } from './lines.js'
import { identifier } from './sql-text.js'

/** A row that no SQL type can hold, or that has two columns with one name for SQL. */
type Refuse = (id: RowId, row: Row, error: MaestroError) => void

/** A table of rows in the database. */
export interface LoadedTable {
  /** The relation of the JSON of each value, by `extracted.json(column)`, with the position of its row. */
  readonly relation: string
  readonly extracted: ExtractedColumns
  readonly known: KnownColumns
  readonly rows: number
}

/** Rows as typed tables of a database of their own, which reaches no file, no network, and no setting. */
export class TypedTables {
  readonly database: Database
  readonly #folder: string
  #count = 0

  private constructor(database: Database, folder: string) {
    this.database = database
    this.#folder = folder
  }

  /** @param memory What the database may use, in bytes, before it writes temporary files. */
  static async open(memory: number): Promise<TypedTables> {
    const folder = await mkdtemp(join(tmpdir(), 'maestro-sql-'))
    return new TypedTables(await connect({ directory: folder, memory, isClosed: true }), folder)
  }

  /** Loads rows as JSON, and finds the kinds of their columns. */
  async load(
    batches: AsyncIterable<{ readonly ids: readonly RowId[]; readonly rows: readonly Row[] }>,
    columns: ColumnSet,
    refuse: Refuse,
  ): Promise<LoadedTable> {
    const { connection } = this.database
    const number = this.#count++
    const lines = `"#maestro.lines${number}"`
    await connection.run(`CREATE TABLE ${lines} (line VARCHAR)`)
    const names = new Set(columnNames(columns.columns))
    const appender = await connection.createAppender(lines.slice(1, -1))
    let rows = 0
    for await (const batch of batches) {
      for (const [index, row] of batch.rows.entries()) {
        const id = batch.ids[index] ?? ''
        try {
          appender.appendVarchar(encodeStepLine(id, row))
        } catch (error) {
          if (!MaestroError.is(error)) throw error
          refuse(id, row, error)
          continue
        }
        appender.endRow()
        rows++
        for (const name of columnNames(row)) names.add(name)
      }
    }
    appender.closeSync()
    const extracted = new ExtractedColumns('step', names)
    const relation = `"#maestro.values${number}"`
    const text = `(SELECT line AS ${lineColumn}, rowid AS ${positionColumn} FROM ${lines})`
    await connection.run(`CREATE TABLE ${relation} AS SELECT * FROM ${extracted.extract(text)}; DROP TABLE ${lines}`)
    const known = { columns: columns.columns, open: true }
    const learned = await learnColumns(this.database, relation, extracted, known, {
      all: true,
      computed: extracted.names,
    })
    return { relation, extracted, known: learned.columns, rows }
  }

  /** Makes a table of loaded rows that SQL knows by a name, with a typed column for each column of the rows. */
  async define(name: string, table: LoadedTable, refuse: Refuse): Promise<void> {
    const { connection } = this.database
    const { relation, extracted, known } = table
    const { names } = extracted
    const twin = names.find((one, at) => names.findIndex((other) => other.toLowerCase() === one.toLowerCase()) !== at)
    if (twin !== undefined) {
      const reason = `SQL knows no difference between two columns "${twin}": rename one of them in a step before`
      throw tableError('MAESTRO_TABLE_OPTIONS', { operator: 'table.sql', reason })
    }
    const values = new ColumnValues(extracted, known, 'tolerant', names)
    const faults = `(SELECT ${positionColumn}, ${lineColumn}, ${misfit(values, names)} AS fault FROM ${relation})`
    const found = await connection.runAndReadAll(
      `SELECT ${lineColumn}, fault FROM ${faults} WHERE fault IS NOT NULL ORDER BY ${positionColumn}`,
    )
    for (const [line, fault] of found.getRows()) {
      const { id, row } = decodeStepLine(String(line))
      const column = names[Number(fault)] ?? ''
      const details = { column, type: known.get(column)?.kind ?? 'unknown', value: shownValue(row[column]) }
      refuse(id, row, tableError('MAESTRO_TABLE_VALUE_RANGE', details))
    }
    const typed = names.map((column) => `${values.typed(column)} AS ${identifier(column)}`)
    const sound = `SELECT ${typed.length === 0 ? '1 AS "#maestro.none"' : typed.join(', ')} FROM ${relation} WHERE (${misfit(values, names)}) IS NULL ORDER BY ${positionColumn}`
    await connection.run(`CREATE TABLE ${identifier(name)} AS ${sound}`)
    // A column without a value and a type can stand beside texts and numbers alike.
    for (const column of names.filter((one) => values.kindOf(one) === 'unknown'))
      await connection.run(`ALTER TABLE ${identifier(name)} ALTER ${identifier(column)} TYPE "NULL"`)
  }

  async close(): Promise<void> {
    this.database.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
