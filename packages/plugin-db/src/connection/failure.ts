import { MaestroError } from '@maestro-dataflow/core'
import { dbError } from '../errors.js'
import type { ConnectionSettings } from './connection-settings.js'
import { failureKind } from './failure-kind.js'

/** The codes of failures whose details are the database and the reason. */
const codes = {
  unreachable: 'MAESTRO_DB_UNREACHABLE',
  authentication: 'MAESTRO_DB_AUTHENTICATION',
  ssl: 'MAESTRO_DB_SSL',
  permission: 'MAESTRO_DB_PERMISSION',
  database: 'MAESTRO_DB_DATABASE_MISSING',
  lost: 'MAESTRO_DB_CONNECTION_LOST',
  conflict: 'MAESTRO_DB_CONFLICT',
  timeout: 'MAESTRO_DB_TIMEOUT',
  full: 'MAESTRO_DB_DISK_FULL',
  row: 'MAESTRO_DB_FAILED',
  failed: 'MAESTRO_DB_FAILED',
} as const

/** Converts a driver's failure to one of our errors. @param about The table, or another subject of the statement. */
export function databaseFailure(error: unknown, settings: ConnectionSettings, about?: string): MaestroError {
  if (MaestroError.is(error)) return error
  const kind = failureKind(error, settings.dialect.failureKind)
  const details = { database: settings.shown, reason: reasonOf(error, settings) }
  const duplicate = /^Duplicate column name '(.*)'$/.exec(details.reason)?.[1]
  if (duplicate !== undefined) return dbError('MAESTRO_DB_COLUMNS_DUPLICATE', { columns: [duplicate] })
  // The driver's error may hold the statement's values, or the settings with the password, so only its text is kept.
  if (kind === 'locked')
    return dbError('MAESTRO_DB_LOCKED', {
      ...details,
      table: about ?? 'The database',
      milliseconds: settings.timeouts.lock,
      holders: [],
    })
  if (kind === 'query') return dbError('MAESTRO_DB_QUERY', { reason: details.reason })
  if (kind === 'table')
    return dbError('MAESTRO_DB_TABLE_MISSING', { table: about ?? details.reason, database: settings.shown })
  return dbError(codes[kind], details)
}

/** A driver's message, in one line and without the password. */
export function reasonOf(error: unknown, { server }: Pick<ConnectionSettings, 'server'>): string {
  const given = error as { message?: unknown; code?: unknown; errors?: readonly unknown[] } | null
  // Node's error after several addresses of a host failed has no message of its own.
  const inner = typeof given === 'object' && given !== null ? given.errors?.[0] : undefined
  const said = typeof given === 'object' && given !== null ? given.message : given
  const text =
    (typeof said === 'string' && said !== '' ? said : undefined) ??
    (inner === undefined ? String(given?.code ?? error) : String((inner as Error).message))
  // PostgreSQL states the values that violate a constraint in `detail`.
  const { detail } = (typeof given === 'object' && given !== null ? given : {}) as { detail?: unknown }
  const line = [text.split('\n')[0], ...(typeof detail === 'string' && detail !== '' ? [detail] : [])].join(': ')
  const password = server?.password
  return password === undefined || password === '' ? line : line.replaceAll(password, '[redacted]')
}
