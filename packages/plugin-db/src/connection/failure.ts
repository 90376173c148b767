import { MaestroError } from '@maestro-dataflow/core'
import { dbError } from '../errors.js'
import type { ConnectionSettings } from './connection-settings.js'

/** What a failure of a driver is about. */
export type FailureKind =
  | 'unreachable'
  | 'authentication'
  | 'ssl'
  | 'permission'
  | 'database'
  | 'lost'
  | 'conflict'
  | 'locked'
  | 'timeout'
  | 'full'
  | 'row'
  | 'table'
  | 'query'
  | 'failed'

interface DriverError {
  readonly message: string
  readonly code?: unknown
  readonly errno?: unknown
  readonly fatal?: unknown
}

/** The first letters of SQLSTATE that decide, for PostgreSQL; the longest that fits counts. */
const states: readonly (readonly [string, FailureKind])[] = [
  ['08', 'lost'],
  ['0A', 'query'],
  ['22', 'row'],
  ['23', 'row'],
  ['25006', 'query'],
  ['28', 'authentication'],
  ['3D', 'database'],
  ['40', 'conflict'],
  ['42', 'query'],
  ['42501', 'permission'],
  ['42P01', 'table'],
  ['53100', 'full'],
  ['53300', 'unreachable'],
  ['55P03', 'locked'],
  ['57014', 'timeout'],
  ['57P', 'lost'],
  ['57P03', 'unreachable'],
]

/** The numbers of MySQL and MariaDB. */
const numbers: Readonly<Partial<Record<FailureKind, readonly number[]>>> = {
  unreachable: [1040, 1129, 1130, 1203],
  authentication: [1045, 1698, 1251],
  permission: [1044, 1142, 1143, 1227, 1370, 1410],
  database: [1049],
  lost: [1053, 1152, 1159, 1160, 1161, 1184, 1317, 1927, 2006, 2013],
  conflict: [1020, 1213],
  locked: [1205, 3572],
  timeout: [1969, 3024],
  full: [1021, 1114],
  table: [1146],
  query: [1054, 1064, 1149, 1222, 1305, 1792],
  row: [
    1048, 1062, 1118, 1138, 1216, 1217, 1263, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1411, 1416, 1451, 1452, 1526,
    1557, 1586, 1644, 1690, 1761, 1762, 3140, 3141, 3819, 4025, 4078,
  ],
}

const numbered = new Map(
  Object.entries(numbers).flatMap(([kind, all]) => all.map((n) => [n, kind as FailureKind] as const)),
)

/** What went wrong on the way to a server, by Node's names and those of the drivers. */
const named: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  PROTOCOL_CONNECTION_LOST: 'lost',
  HANDSHAKE_NO_SSL_SUPPORT: 'ssl',
  HANDSHAKE_SSL_ERROR: 'ssl',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
  SQLITE_FULL: 'full',
  SQLITE_CONSTRAINT: 'row',
  SQLITE_MISMATCH: 'row',
  SQLITE_TOOBIG: 'row',
  SQLITE_READONLY: 'permission',
  SQLITE_PERM: 'permission',
  SQLITE_AUTH: 'permission',
  SQLITE_CANTOPEN: 'unreachable',
  SQLITE_NOTADB: 'failed',
}

/** The drivers say some things in words only. */
const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/does not support SSL|certificate|self-signed|SSL (connection|routines)|no encryption/i, 'ssl'],
  [/^no such table/, 'table'],
  [/^no such column|syntax error/, 'query'],
  [/timeout expired|timeout exceeded when trying to connect|Timeout acquiring a connection/i, 'unreachable'],
  [/Connection terminated|closed state|Connection ended|connection is closed|not queryable/i, 'lost'],
  [/ConnectionFailed|Unable to open/, 'unreachable'],
  [/password must be a string|No password|sasl/i, 'authentication'],
  [/Errcode: 28|No space left/, 'full'],
]

/** What a failure of a driver is about. */
export function failureKind(error: unknown): FailureKind {
  if (typeof error !== 'object' || error === null) return 'failed'
  const { message = '', code, errno } = error as DriverError
  for (const [pattern, kind] of words) if (pattern.test(message) && kind === 'ssl') return kind
  if (typeof code === 'string') {
    const known = named[code] ?? named[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? '']
    if (known !== undefined) return known
  }
  const byNumber = typeof errno === 'number' ? numbered.get(errno) : undefined
  if (byNumber !== undefined) return byNumber
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    const fits = states.filter(([start]) => code.startsWith(start)).sort(([a], [b]) => b.length - a.length)
    if (fits[0] !== undefined) return fits[0][1]
  }
  return words.find(([pattern]) => pattern.test(message))?.[1] ?? 'failed'
}

/** The codes of failures that need no more than the database and the reason. */
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

/** A driver's failure as an error of ours. @param about The table, or what else the statement is about. */
export function databaseFailure(error: unknown, settings: ConnectionSettings, about?: string): MaestroError {
  if (MaestroError.is(error)) return error
  const kind = failureKind(error)
  const details = { database: settings.shown, reason: reasonOf(error, settings) }
  const duplicate = /^Duplicate column name '(.*)'$/.exec(details.reason)?.[1]
  if (duplicate !== undefined) return dbError('MAESTRO_DB_COLUMNS_DUPLICATE', { columns: [duplicate] })
  // What the driver threw may hold the statement's values, or the settings with the password: only its text is kept.
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

/** What a driver says, in one line and without the password. */
export function reasonOf(error: unknown, { server }: Pick<ConnectionSettings, 'server'>): string {
  const given = error as { message?: unknown; code?: unknown; errors?: readonly unknown[] } | null
  // What Node throws when several addresses of a host were tried has no message of its own.
  const inner = typeof given === 'object' && given !== null ? given.errors?.[0] : undefined
  const said = typeof given === 'object' && given !== null ? given.message : given
  const text =
    (typeof said === 'string' && said !== '' ? said : undefined) ??
    (inner === undefined ? String(given?.code ?? error) : String((inner as Error).message))
  const line = text.split('\n')[0] as string
  const password = server?.password
  return password === undefined || password === '' ? line : line.replaceAll(password, '[redacted]')
}
