import { randomBytes } from 'node:crypto'
import type { ColumnSet, Columns } from '@maestro-dataflow/core'
import type { TableExchange } from '../dialects/dialect.js'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { compareColumns } from '../tables/compare-columns.js'
import { createTableSql } from '../tables/create-table.js'
import { quoteTable, shownTable, type TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'

/** What to do with a table. */
export interface TargetOptions {
  readonly name: TableName
  readonly mode: 'create' | 'append' | 'overwrite' | 'upsert'
  /** The key that the user names. */
  readonly key: readonly string[] | undefined
  /** What is known about the rows. */
  readonly columns: ColumnSet
}

/** The table that receives the rows, as it was found; undefined if it has to be created. */
export interface FoundTarget {
  readonly table: TableDescription | undefined
  readonly key: readonly string[] | undefined
}

/**
 * Checks whether a table can accept the rows.
 *
 * @throws MAESTRO_DB_TABLE_UNWRITABLE, MAESTRO_DB_TABLE_FILLED, MAESTRO_DB_TABLE_DIFFERENT, MAESTRO_DB_KEY_*,
 *   MAESTRO_DB_NAME
 */
export async function findTarget(session: DatabaseSession, options: TargetOptions): Promise<FoundTarget> {
  const { name, mode, key: named, columns } = options
  const { dialect } = session
  const shown = shownTable(name)
  quoteTable(dialect, name)
  const table = await session.describeTable(name)
  const key = named ?? (table !== undefined && table.primaryKey.length > 0 ? table.primaryKey : undefined)
  if (mode === 'upsert' && key === undefined)
    throw dbError('MAESTRO_DB_KEY_MISSING', { table: shown, need: "mode: 'upsert'" })
  if (table === undefined) {
    for (const column of Object.keys(columns.columns)) dialect.quoteName(column)
    const lacking = (named ?? []).filter((column) => !columns.open && !Object.hasOwn(columns.columns, column))
    if (lacking.length > 0)
      throw dbError('MAESTRO_DB_COLUMN_MISSING', {
        table: shown,
        columns: lacking,
        known: Object.keys(columns.columns),
      })
    return { table, key }
  }
  const unwritable = table.kind === 'view' ? 'it is a view' : table.unsafe
  if (unwritable !== undefined) throw dbError('MAESTRO_DB_TABLE_UNWRITABLE', { table: shown, reason: unwritable })
  const differences = compareColumns(table, columns)
  if (differences.length > 0) throw dbError('MAESTRO_DB_TABLE_DIFFERENT', { table: shown, differences })
  if (mode === 'upsert' && !isKeyIndex(table, key ?? []))
    throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', {
      table: shown,
      key: key ?? [],
      reason: 'no unique index consists of exactly these columns',
    })
  if (mode === 'create' && (await isFilled(session, name))) throw dbError('MAESTRO_DB_TABLE_FILLED', { table: shown })
  return { table, key }
}

/** Whether a table has a row. */
export async function isFilled(session: DatabaseSession, name: TableName): Promise<boolean> {
  const { rows } = await session.run(`SELECT 1 FROM ${quoteTable(session.dialect, name)} LIMIT 1`)
  return rows.length > 0
}

function isKeyIndex({ uniques }: TableDescription, key: readonly string[]): boolean {
  return uniques.some((index) => index.length === key.length && index.every((column) => key.includes(column)))
}

/** Whether indexes other than that of the key can refuse a row. */
export function hasOtherUniques(table: TableDescription, key: readonly string[]): boolean {
  return table.uniques.some((index) => index.length !== key.length || !index.every((column) => key.includes(column)))
}

/** Creates a table from the columns of rows. */
export async function createTarget(
  session: DatabaseSession,
  name: TableName,
  columns: Columns,
  key: readonly string[],
): Promise<TableDescription> {
  const missing = key.filter((column) => !Object.hasOwn(columns, column))
  if (missing.length > 0)
    throw dbError('MAESTRO_DB_COLUMN_MISSING', {
      table: shownTable(name),
      columns: missing,
      known: Object.keys(columns),
    })
  const vector = Object.values(columns).includes('vector') ? await session.vectorType() : undefined
  await session.run(createTableSql(session.dialect, name, columns, key, vector))
  return describeAgain(session, name)
}

/** Creates an empty table like another one, beside it. */
export async function createLike(
  session: DatabaseSession,
  exchange: TableExchange,
  name: TableName,
): Promise<TableName> {
  const staging = { ...name, table: `maestro_staging_${randomBytes(6).toString('hex')}` }
  await session.run(exchange.createLike(quoteTable(session.dialect, staging), quoteTable(session.dialect, name)))
  return staging
}

/** Replaces a table by another one, drops the old one, and commits. */
export async function swapTables(session: DatabaseSession, staging: TableName, name: TableName): Promise<void> {
  const { dialect } = session
  await dialect.tables.exchange?.swap(session, {
    made: quoteTable(dialect, staging),
    replaced: quoteTable(dialect, name),
    replacedName: dialect.quoteName(name.table),
    free: quoteTable(dialect, { ...staging, table: `${staging.table}_old` }),
  })
}

async function describeAgain(session: DatabaseSession, name: TableName): Promise<TableDescription> {
  const table = await session.describeTable(name)
  if (table === undefined)
    throw dbError('MAESTRO_DB_TABLE_MISSING', { table: shownTable(name), database: session.settings.shown })
  return table
}
