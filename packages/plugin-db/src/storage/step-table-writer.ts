import type { Batch, Row } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/session.js'
import type { RowInserter } from '../sink/row-inserter.js'
import { refusal } from '../sink/row-shapes.js'
import { createTableSql } from '../tables/create-table.js'
import type { TableName } from '../tables/names.js'
import { ownColumns, type StepColumn, stepColumns, tableColumns } from './step-columns.js'
import { StepRows } from './step-rows.js'

/** Writes the rows of one step into a table that the first of them creates. */
export class StepTableWriter {
  readonly name: TableName
  readonly #session: DatabaseSession
  columns: readonly StepColumn[] = []
  rows = 0

  constructor(session: DatabaseSession, name: TableName) {
    this.#session = session
    this.name = name
  }

  async writeAll(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<void> {
    let rows: StepRows | undefined
    const inserter = this.#session.createInserter({ name: this.name, upsertBy: undefined, otherUniques: false })
    const encodePosition = inserter.encoderOf({ kind: 'integer' })
    const encodeId = inserter.encoderOf({ kind: 'text' })
    let names: readonly string[] = []
    for await (const batch of batches) {
      if (rows === undefined) {
        rows = await this.#create(batch.rows, inserter)
        names = [ownColumns.position, ownColumns.id, ...this.columns.map(({ column }) => column), ownColumns.rest]
      }
      const encoded = batch.rows.map((row, index) => {
        const id = batch.ids[index] as string
        const position = encodePosition(this.rows + index + 1)
        return { id, row, values: [position, encodeId(id), ...(rows as StepRows).encode(row)] }
      })
      const [refused] = await inserter.insert(names, encoded)
      if (refused !== undefined) throw refusal(this.name.table, refused.reason).at({ rowId: refused.row.id })
      this.rows += encoded.length
    }
    if (rows === undefined) await this.#create([], inserter)
  }

  async #create(rows: readonly Row[], inserter: RowInserter): Promise<StepRows> {
    const { dialect } = this.#session
    this.columns = stepColumns(dialect, rows)
    await this.#session.run(createTableSql(dialect, this.name, tableColumns(this.columns), [ownColumns.position]))
    if (!dialect.transactions.coverTables) await this.#session.begin()
    return new StepRows(dialect, this.columns, inserter.encoderOf)
  }
}
