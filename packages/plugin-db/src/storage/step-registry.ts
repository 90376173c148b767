import { MaestroError } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/session.js'
import { createTableSql } from '../tables/create-table.js'
import { quoteTable, type TableName } from '../tables/names.js'
import type { StepColumn } from './step-columns.js'

/** A finished step. */
export interface RegisteredStep {
  readonly step: number
  /** The table of its rows. */
  readonly table: string
  readonly columns: readonly StepColumn[]
  /** The input of the first step. */
  readonly input: string
}

/** The table that lists the finished steps of all storages of a schema. A step counts if it is listed here. */
export class StepRegistry {
  readonly #schema: string | undefined
  readonly #name: string

  /** @param name The name of the storage. */
  constructor(schema: string | undefined, name: string) {
    this.#schema = schema
    this.#name = name
  }

  get table(): TableName {
    return { schema: this.#schema, table: 'maestro_steps' }
  }

  /** The finished steps, in order; empty if the table does not exist. */
  async steps(session: DatabaseSession): Promise<readonly RegisteredStep[]> {
    if ((await session.describeTable(this.table)) === undefined) return []
    const { rows } = await session.run(
      `SELECT step, table_name, columns, input FROM ${quoteTable(session.dialect, this.table)}
       WHERE name = ${session.dialect.placeholder(1)} ORDER BY step`,
      [this.#name],
    )
    return rows.map(({ step, table_name, columns, input }) => ({
      step: Number(step),
      table: String(table_name),
      columns: JSON.parse(String(columns)) as readonly StepColumn[],
      input: String(input),
    }))
  }

  /** Creates the table if it does not exist; two processes may do so at once. */
  async prepare(session: DatabaseSession): Promise<void> {
    if ((await session.describeTable(this.table)) !== undefined) return
    const columns = {
      name: 'string',
      step: 'integer',
      table_name: 'string',
      columns: 'string',
      input: 'string',
    } as const
    try {
      await session.run(createTableSql(session.dialect, this.table, columns, ['name', 'step']))
    } catch (error) {
      if (MaestroError.is(error) && (await session.describeTable(this.table)) !== undefined) return
      throw error
    }
  }

  async add(session: DatabaseSession, { step, table, columns, input }: RegisteredStep): Promise<void> {
    const places = [1, 2, 3, 4, 5].map((index) => session.dialect.placeholder(index))
    await session.run(
      `INSERT INTO ${quoteTable(session.dialect, this.table)} (name, step, table_name, columns, input) VALUES (${places.join(', ')})`,
      [this.#name, step, table, JSON.stringify(columns), input],
    )
  }

  async remove(session: DatabaseSession, steps: readonly RegisteredStep[]): Promise<void> {
    const [name, step] = [session.dialect.placeholder(1), session.dialect.placeholder(2)]
    for (const one of steps) {
      await session.run(
        `DELETE FROM ${quoteTable(session.dialect, this.table)} WHERE name = ${name} AND step = ${step}`,
        [this.#name, one.step],
      )
    }
  }

  /** Prevents others from writing steps of this name until the transaction or the session ends. */
  async lock(session: DatabaseSession): Promise<void> {
    await session.lockName(`maestro:${this.#schema ?? ''}:${this.#name}`)
  }
}
