import {
  defineSource,
  MaestroError,
  rowFunction,
  type SourceBatch,
  type SourceCursor,
  type SourceReader,
} from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { withSession } from '../connection/open-session.js'
import { assertExists, connectionSettings } from '../connection/resolve-connection.js'
import type { Dialect } from '../dialects/dialect.js'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { TableReadFields, type TableReadOptions } from '../options.js'
import { quoteTable, shownTable } from '../tables/names.js'
import type { TableColumn, TableDescription } from '../tables/table-description.js'
import { tableMissing } from '../tables/table-missing.js'
import { keysetIdentity } from './key-cursor.js'
import type { ReadContext } from './read-context.js'
import { readKeyset } from './read-keyset.js'
import { readSnapshot } from './read-snapshot.js'
import type { RowShape } from './row-builder.js'
import { assertAfterFits, declaredColumns, declaredTypes, statedColumns, wantedColumns } from './source-options.js'
import type { SourceRow } from './source-row.js'
import { validateRows } from './validate-rows.js'

/** The source `db.table`. */
export const tableSource = defineSource({
  options: TableReadFields,
  row: rowFunction<SourceRow>(),
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
  async describeColumns(options, context) {
    const settings = connectionSettings(options, context)
    const { columns } = await withSession(settings, (session) => lookAt(session, options))
    return statedColumns(options, settings.dialect, columns)
  },
  async open(options, context) {
    return openTable(options, connectionSettings(options, context), context)
  },
})

/** Opens a table or view. @throws MAESTRO_DB_TABLE_MISSING, MAESTRO_DB_COLUMN_MISSING, MAESTRO_DB_KEY_* */
export async function openTable(
  options: TableReadOptions,
  settings: ConnectionSettings,
  context: ReadContext = {},
): Promise<SourceReader> {
  assertExists(settings)
  const { signal } = context
  const found = await withSession(settings, (session) => lookAt(session, options), signal)
  const table = shownTable({ schema: options.databaseSchema, table: options.table })
  return {
    read: (from) => validateRows(readTable(options, found, settings, context, from), options.schema),
    ...(options.method === 'keyset'
      ? { identity: async () => keysetIdentity(`the table ${table}`, settings, { ...options }) }
      : {}),
  }
}

/** What is known about the table before its rows are read. */
interface FoundTable {
  readonly columns: readonly TableColumn[]
  readonly key: readonly string[] | undefined
}

async function lookAt(session: DatabaseSession, options: TableReadOptions): Promise<FoundTable> {
  const name = { schema: options.databaseSchema, table: options.table }
  const table = await session.describeTable(name)
  if (table === undefined) throw await tableMissing(session, name)
  const { primaryKey } = table
  const key = options.key ?? (primaryKey.length > 0 ? primaryKey : undefined)
  const wanted = wantedColumns(options, key) ?? table.columns.map((column) => column.name)
  const known = new Map(table.columns.map((column) => [column.name, column]))
  const missing = [...wanted, ...(key ?? [])].filter((column) => !known.has(column))
  if (missing.length > 0)
    throw dbError('MAESTRO_DB_COLUMN_MISSING', { table: shownTable(name), columns: missing, known: [...known.keys()] })
  if (options.method === 'keyset') {
    if (key === undefined)
      throw dbError('MAESTRO_DB_KEY_MISSING', { table: shownTable(name), need: "method: 'keyset'" })
    if (!isUnique(table, key)) {
      const reason =
        table.isShared === true
          ? 'its index does not cover the tables that inherit from it'
          : 'no index makes it unique'
      throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: shownTable(name), key, reason })
    }
    assertAfterFits(options, key, shownTable(name))
  }
  return { columns: wanted.flatMap((column) => known.get(column) ?? []), key }
}

/** Whether the database guarantees that no two rows have the same values in these columns. */
function isUnique({ uniques, isShared = false }: TableDescription, key: readonly string[]): boolean {
  return !isShared && uniques.some((index) => index.every((column) => key.includes(column)))
}

async function* readTable(
  options: TableReadOptions,
  { columns, key }: FoundTable,
  settings: ConnectionSettings,
  { signal, logger }: ReadContext,
  cursor: SourceCursor | undefined,
): AsyncGenerator<SourceBatch> {
  const { dialect } = settings
  const name = { schema: options.databaseSchema, table: options.table }
  const kinds = new Map(columns.map((column) => [column.name, column]))
  const shape: RowShape = { dialect, name: shownTable(name), key, types: declaredTypes(options), kinds, logger }
  const from = quoteTable(dialect, name)
  if (options.method === 'keyset' && key !== undefined) {
    const query = {
      from: { sql: from, bindings: [] },
      columns: selected(dialect, columns, 'page.'),
      key,
      after: options.after,
      // Columns of a unique index may be null; in SQLite, columns of a primary key may be null, too.
      unique: true,
      nullable: key.some((column) => kinds.get(column)?.nullable === true),
    }
    yield* readKeyset(settings, query, { ...shape, key }, signal, cursor)
    return
  }
  const list = selected(dialect, columns, '')
  const select = { sql: `SELECT ${list} FROM ${from}`, bindings: [] }
  yield* readSnapshot(settings, select, shape, signal)
}

/** The columns in SQL, each under its name. */
function selected(dialect: Dialect, columns: readonly TableColumn[], prefix: string): string {
  return columns
    .map((column) => {
      const name = dialect.quoteName(column.name)
      const exact = dialect.exactColumn?.(prefix + name, column) ?? prefix + name
      return exact === prefix + name ? exact : `${exact} AS ${name}`
    })
    .join(', ')
}
