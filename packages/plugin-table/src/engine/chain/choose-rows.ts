import type { TableStatement } from '@maestro-dataflow/core'
import { keptPositions } from '../choose-lines.js'
import { ColumnValues } from '../column-values.js'
import type { Database } from '../connect.js'
import { RowsUnfit } from '../connect.js'
import type { KnownLines } from '../known-lines.js'
import { positionColumn } from '../lines.js'
import { sortKeys } from '../statement-query.js'
import { type Chosen, originColumn } from './chain-rows.js'

/** A statement that chooses and orders rows, over the rows between it and the statement before. */
export interface ChoosingStep {
  readonly database: Database
  readonly statement: Exclude<TableStatement, { kind: 'aggregate' | 'window' }>
  readonly lines: KnownLines
  readonly before: Chosen
  /** The table that it makes: the origins of its rows, in their order. */
  readonly after: string
  /** The table of the origins that a dedupe leaves out, each with the origin that it keeps. */
  readonly merged: string
}

/** The values of a statement's columns. */
export function valuesIn({ extracted, learned, checked }: KnownLines): ColumnValues {
  return new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), 'strict', checked.shown)
}

/** Makes the table of the rows that a statement chooses. @throws RowsUnfit */
export async function chooseRows(step: ChoosingStep): Promise<void> {
  const { database, statement, lines, before, after } = step
  const { connection } = database
  if (lines.branches.some(({ fault }) => fault !== undefined)) throw new RowsUnfit()
  const values = valuesIn(lines)
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${after} (${originColumn} UINTEGER)`)
  if (statement.kind === 'dedupe') return chooseFirsts(step, statement, values)
  if (statement.kind === 'sort') {
    const order = `${sortKeys(statement.by, values)}, ${positionColumn}`
    await connection.run(`INSERT INTO ${after} SELECT ${originColumn} FROM ${lines.relation} ORDER BY ${order}`)
    return
  }
  const kept = await keptPositions(statement, { connection, lines, values, mode: 'strict' })
  const bound = statement.kind === 'filter' ? { ...statement.params } : undefined
  const positions = `SELECT ${positionColumn} FROM (${kept})`
  const origins =
    before === undefined
      ? `${positions} ORDER BY ${positionColumn}`
      : `SELECT ${originColumn} FROM ${before} WHERE rowid IN (${positions}) ORDER BY rowid`
  await connection.run(`INSERT INTO ${after} ${origins}`, bound)
}

async function chooseFirsts(
  { database: { connection }, lines: { relation, checked }, after, merged }: ChoosingStep,
  { keep }: Extract<TableStatement, { kind: 'dedupe' }>,
  values: ColumnValues,
): Promise<void> {
  const keys = checked.keys.length === 0 ? [values.rowKey()] : checked.keys.map((column) => values.key(column))
  const survivor = keep === 'first' ? 'arg_min' : 'arg_max'
  const groups = `SELECT ${survivor}(${originColumn}, ${positionColumn}) AS kept, list(${originColumn}) AS members FROM ${relation} GROUP BY ${keys.join(', ')} HAVING count(*) > 1`
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${merged} AS SELECT * FROM (SELECT unnest(members) AS ${originColumn}, kept FROM (${groups})) WHERE ${originColumn} <> kept`,
  )
  await connection.run(
    `INSERT INTO ${after} SELECT ${originColumn} FROM ${relation} WHERE ${originColumn} NOT IN (SELECT ${originColumn} FROM ${merged}) ORDER BY ${positionColumn}`,
  )
}
