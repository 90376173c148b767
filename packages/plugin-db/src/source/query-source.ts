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
import type { Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { QueryReadFields, type QueryReadOptions } from '../options.js'
import { bindParameters, prepareQuery } from './check-query.js'
import { keysetIdentity } from './key-cursor.js'
import type { ReadContext } from './read-context.js'
import { readKeyset } from './read-keyset.js'
import { readSnapshot, type Select } from './read-snapshot.js'
import { RowBuilder, type RowShape } from './row-builder.js'
import { assertAfterFits, declaredColumns, declaredTypes, statedColumns, wantedColumns } from './source-options.js'
import type { SourceRow } from './source-row.js'
import { validateRows } from './validate-rows.js'

const name = 'query'

/** The source `db.query`. */
export const querySource = defineSource({
  options: QueryReadFields,
  row: rowFunction<SourceRow>(),
  columns: declaredColumns,
  async check(options, context) {
    try {
      await lookAt(options, connectionSettings(options, context))
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async describeColumns(options, context) {
    const settings = connectionSettings(options, context)
    const fields = await lookAt(options, settings)
    const wanted = wantedColumns(options, options.key)
    return statedColumns(
      options,
      settings.dialect,
      fields.filter(({ name: column }) => wanted?.includes(column) ?? true),
    )
  },
  async open(options, context) {
    return openQuery(options, connectionSettings(options, context), context)
  },
})

/** Opens a query. @throws MAESTRO_DB_QUERY, MAESTRO_DB_PARAMETERS, MAESTRO_DB_COLUMN*, MAESTRO_DB_KEY_* */
export async function openQuery(
  options: QueryReadOptions,
  settings: ConnectionSettings,
  context: ReadContext = {},
): Promise<SourceReader> {
  assertExists(settings)
  const select = selectOf(options, settings)
  await withSession(settings, (session) => session.assertHarmless(select.sql), context.signal)
  return {
    read: (from) => validateRows(readQuery(options, select, settings, context, from), options.schema),
    ...(options.method === 'keyset'
      ? { identity: async () => keysetIdentity('the query', settings, { ...options }) }
      : {}),
  }
}

function selectOf({ query, params = {} }: QueryReadOptions, { dialect }: ConnectionSettings): Select {
  const prepared = prepareQuery(query, params, dialect)
  const one = dialect.encoderOf({ kind: 'other' })
  const list = dialect.encoderOf({ kind: 'other', list: true })
  const bindings = bindParameters(prepared, params, (value) => (Array.isArray(value) ? list(value) : one(value)))
  return { sql: prepared.sql, bindings }
}

function shapeOf(options: QueryReadOptions, { dialect }: ConnectionSettings): RowShape {
  return { dialect, name, key: options.key, types: declaredTypes(options) }
}

/** Requests only the columns, so that a fault of the query is found before a run. */
async function lookAt(options: QueryReadOptions, settings: ConnectionSettings): Promise<readonly Field[]> {
  assertExists(settings)
  const { sql, bindings } = selectOf(options, settings)
  if (options.method === 'keyset') {
    if (options.key === undefined) throw dbError('MAESTRO_DB_KEY_MISSING', { table: name, need: "method: 'keyset'" })
    assertAfterFits(options, options.key, name)
  }
  return withSession(settings, async (session) => {
    await session.assertHarmless(sql)
    await session.beginReading()
    try {
      const fields = await session.fieldsOf(sql, bindings)
      new RowBuilder(shapeOf(options, settings), fields)
      return fields
    } finally {
      await session.rollback()
    }
  })
}

async function* readQuery(
  options: QueryReadOptions,
  select: Select,
  settings: ConnectionSettings,
  { signal, logger }: ReadContext,
  cursor: SourceCursor | undefined,
): AsyncGenerator<SourceBatch> {
  const { key } = options
  const shape = { ...shapeOf(options, settings), logger }
  const columns = wantedColumns(options, key)
  if (options.method === 'keyset' && key !== undefined) {
    const from = { sql: `(${select.sql})`, bindings: select.bindings }
    const list = columns?.map((name) => `page.${settings.dialect.quoteName(name)}`).join(', ')
    yield* readKeyset(
      settings,
      { from, columns: list, key, after: options.after, unique: false, nullable: true },
      { ...shape, key },
      signal,
      cursor,
    )
    return
  }
  yield* readSnapshot(settings, select, { ...shape, columns }, signal)
}
