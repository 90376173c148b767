import type { Batch, Row } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/database-session.js'
import { createInserter } from '../sink/create-inserter.js'
import { refusal } from '../sink/row-shapes.js'
import { createTableSql } from '../tables/create-table.js'
import type { TableName } from '../tables/names.js'
import { escapeForCopy } from '../values/copy-text.js'
import { ownColumns, type StepColumn, stepColumns, tableColumns } from './step-columns.js'
import { StepRows } from './step-rows.js'

/** Writes the rows of one step into a table that is made by the first of them. */
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
    const { client } = this.#session
    let rows: StepRows | undefined
    const inserter = createInserter(this.#session, { name: this.name, upsertBy: undefined, otherUniques: false })
    let names: readonly string[] = []
    for await (const batch of batches) {
      if (rows === undefined) {
        rows = await this.#create(batch.rows)
        names = [ownColumns.position, ownColumns.id, ...this.columns.map(({ column }) => column), ownColumns.rest]
      }
      const encoded = batch.rows.map((row, index) => {
        const id = batch.ids[index] as string
        const position = client === 'sqlite' ? BigInt(this.rows + index + 1) : String(this.rows + index + 1)
        const values = [position, id, ...(rows as StepRows).encode(row)]
        return { id, row, values: inserter.copies ? values.map(escapeForCopy) : values }
      })
      const [refused] = await inserter.insert(names, encoded)
      if (refused !== undefined) throw refusal(this.name.table, refused.reason).at({ rowId: refused.row.id })
      this.rows += encoded.length
    }
    if (rows === undefined) await this.#create([])
  }

  async #create(rows: readonly Row[]): Promise<StepRows> {
    const { client } = this.#session
    this.columns = stepColumns(client, rows)
    await this.#session.run(
      createTableSql(client, this.name, tableColumns(client, this.columns), [ownColumns.position]),
    )
    if (client === 'mysql') await this.#session.begin()
    return new StepRows(client, this.columns)
  }
}
