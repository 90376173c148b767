import { MaestroError, type SourceBatch, type SourceDefinition, type SourceReader } from '@maestro-dataflow/core'
import { assertExists, type ConnectionSettings, connectionSettings } from '../connection/connection-settings.js'
import { withSession } from '../connection/open-session.js'
import type { DatabaseSession } from '../dialects/database-session.js'
import { dbError } from '../errors.js'
import { type TableReadOptions, tableReadOptions } from '../options.js'
import { describeTable, tableMissing } from '../tables/describe-table.js'
import { quoteName, quoteNames, quoteTable, shownTable } from '../tables/names.js'
import type { TableColumn, TableDescription } from '../tables/table-description.js'
import { readKeyset } from './read-keyset.js'
import { readSnapshot } from './read-snapshot.js'
import type { RowShape } from './row-builder.js'
import { assertAfterFits, declaredColumns, declaredTypes, wantedColumns } from './source-options.js'
import { validateRows } from './validate-rows.js'

/** The source `db.table`. */
export const tableSource: SourceDefinition<TableReadOptions> = {
  options: tableReadOptions,
  columns: declaredColumns,
  async check(options, context) {
    try {
      const settings = connectionSettings(options, context)
      assertExists(settings)
      await withSession(settings, (session) => lookAt(session, options))
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, context) {
    return openTable(options, connectionSettings(options, context), context.signal)
  },
}

/** Opens a table or view. @throws MAESTRO_DB_TABLE_MISSING, MAESTRO_DB_COLUMN_MISSING, MAESTRO_DB_KEY_* */
export async function openTable(
  options: TableReadOptions,
  settings: ConnectionSettings,
  signal?: AbortSignal,
): Promise<SourceReader> {
  assertExists(settings)
  const found = await withSession(settings, (session) => lookAt(session, options), signal)
  return { read: () => validateRows(readTable(options, found, settings, signal), options.schema) }
}

/** What is known of the table before its rows are read. */
interface FoundTable {
  readonly columns: readonly TableColumn[]
  readonly key: readonly string[] | undefined
  /** Whether the database sees to it that no two rows have the same key. */
  readonly unique: boolean
}

async function lookAt(session: DatabaseSession, options: TableReadOptions): Promise<FoundTable> {
  const name = { schema: options.databaseSchema, table: options.table }
  const table = await describeTable(session, name)
  if (table === undefined) throw await tableMissing(session, name)
  const { primaryKey } = table
  const key = options.key ?? (primaryKey.length > 0 ? primaryKey : undefined)
  const wanted = wantedColumns(options, key) ?? table.columns.map((column) => column.name)
  const known = new Map(table.columns.map((column) => [column.name, column]))
  const missing = [...wanted, ...(key ?? [])].filter((column) => !known.has(column))
  if (missing.length > 0)
    throw dbError('MAESTRO_DB_COLUMN_MISSING', { table: shownTable(name), columns: missing, known: [...known.keys()] })
  const unique = key !== undefined && isUnique(table, key)
  if (options.method === 'keyset') {
    if (key === undefined)
      throw dbError('MAESTRO_DB_KEY_MISSING', { table: shownTable(name), need: "method: 'keyset'" })
    if (!unique)
      throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: shownTable(name), key, reason: 'no index makes it unique' })
    assertAfterFits(options, key, shownTable(name))
  }
  return { columns: wanted.flatMap((column) => known.get(column) ?? []), key, unique }
}

/** Whether the database sees to it that no two rows have the same values in these columns. */
function isUnique({ uniques }: TableDescription, key: readonly string[]): boolean {
  return uniques.some((index) => index.every((column) => key.includes(column)))
}

async function* readTable(
  options: TableReadOptions,
  { columns, key, unique }: FoundTable,
  settings: ConnectionSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceBatch> {
  const { client } = settings
  const name = { schema: options.databaseSchema, table: options.table }
  const kinds = new Map(columns.map((column) => [column.name, column]))
  // In the order of a key that may come twice, the rows of one key stand side by side.
  const duplicates = unique ? 'none' : 'adjacent'
  const shape: RowShape = { client, name: shownTable(name), key, types: declaredTypes(options), kinds, duplicates }
  const from = quoteTable(client, name)
  if (options.method === 'keyset' && key !== undefined) {
    const query = {
      from: { sql: from, bindings: [] },
      columns: columns.map((column) => column.name),
      key,
      after: options.after,
      // Columns of a unique index may be empty; in SQLite those of a primary key, too.
      checkNulls: key.some((column) => kinds.get(column)?.nullable === true),
    }
    yield* readKeyset(settings, query, { ...shape, key }, signal)
    return
  }
  const list = quoteNames(
    client,
    columns.map((column) => column.name),
  )
  const order =
    key === undefined || unique ? '' : ` ORDER BY ${key.map((column) => quoteName(client, column)).join(', ')}`
  const select = { sql: `SELECT ${list} FROM ${from}${order}`, bindings: [] }
  yield* readSnapshot(settings, select, shape, signal)
}
