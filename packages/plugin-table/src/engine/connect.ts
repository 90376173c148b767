import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tableError } from '../errors.js'

export interface ConnectionOptions {
  /** @default the number of cores that this process may use */
  readonly threads?: number | undefined
  /** In bytes. @default four fifths of the machine's memory, as in DuckDB */
  readonly memory?: number | undefined
  /** The folder for data that does not fit into memory. Without it, nothing outside the database is accessible. */
  readonly directory?: string | undefined
  /** Whether statements are only checked. Nothing in them is then computed in advance, not even a constant. */
  readonly isChecker?: boolean
  /** Whether nothing but temporary files is accessible, although there is a folder. */
  readonly isClosed?: boolean
}

/** An open database. */
export interface Database {
  readonly connection: DuckDBConnection
  close(): void
}

/** The size of the temporary files of a query that a user wrote. */
const mostTemporary = '64GB'

/** Opens a database in memory. It downloads nothing, and its times are UTC. */
export async function connect(options: ConnectionOptions): Promise<Database> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const { registerValueFunctions } = await import('./value-functions.js')
  const { boundFunctions } = await import('./bounded-functions.js')
  const { makeLinear } = await import('./linear-functions.js')
  const { threads = availableParallelism(), memory, directory, isChecker = false, isClosed = false } = options
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    threads: String(threads),
    ...(memory === undefined ? {} : { memory_limit: `${memory}B` }),
    ...(directory === undefined ? { enable_external_access: 'false' } : { temp_directory: directory }),
    ...(isClosed ? { enable_external_access: 'false', max_temp_directory_size: mostTemporary } : {}),
  })
  const connection = await instance.connect()
  await registerValueFunctions(connection)
  await boundFunctions(connection)
  await makeLinear(connection)
  if (isChecker) await connection.run('PRAGMA disable_optimizer')
  // The progress of a query can be asked for, and is not printed.
  await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false')
  await connection.run("SET TimeZone = 'UTC'; SET lock_configuration = true")
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** The first row of a query's result. */
export async function firstRow(
  connection: DuckDBConnection,
  sql: string,
  values: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<readonly unknown[]> {
  const result = await connection.runAndReadAll(sql, { ...values })
  return result.getRows()[0] ?? []
}

/** The reason for a failure, in one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [first = ''] = message.split('\n', 1)
  const hint = /Did you mean "[^"]*"\??|Candidate bindings: .*/.exec(message.slice(first.length))?.[0]
  const reason = `${first.replace(/^[\w ]+ Error: /, '')}${hint === undefined ? '' : ` ${hint}`}`
  return /[.!?]$/.test(reason) ? reason : `${reason}.`
}

/** Rows hold values for which an expression has no meaning. */
export class RowsUnfit extends Error {}

/** Whether a query failed because of the values of a row, and not because of the disk, the memory, or the statement. */
export function isDataFault(error: unknown): boolean {
  if (error instanceof RowsUnfit) return true
  if (!(error instanceof Error)) return false
  if (/^(Conversion|Invalid Input|Out of Range|Invalid type) Error/i.test(error.message)) return true
  // A line is longer than the reader accepts by default, or holds a carriage return.
  return error.message.includes('Parallel CSV Reader') || error.message.includes('CSV Parser')
}

/** Converts an error of the engine to a MaestroError. */
export function engineError(error: unknown) {
  return tableError('MAESTRO_TABLE_FAILED', { reason: reasonOf(error) }, error)
}
