import { defineErrors } from '@maestro-dataflow/core'

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

interface Failure {
  /** The name of the database for people, without its password. */
  readonly database: string
  readonly reason: string
}

interface TableFailure extends Failure {
  readonly table: string
}

/** The errors of databases. */
export const dbErrors = {
  MAESTRO_DB_CLIENT_UNKNOWN: {
    message: (d: { client: string; known: readonly string[] }) => `There is no database client "${d.client}".`,
    hint: (d: { client: string; known: readonly string[] }) => `Set \`client\` to one of: ${list(d.known)}.`,
  },
  MAESTRO_DB_DRIVER_MISSING: {
    message: (d: { database: string; packages: readonly string[] }) =>
      `${d.database} needs ${list(d.packages)}, which cannot be loaded.`,
    hint: (d: { database: string; packages: readonly string[] }) => `npm install ${d.packages.join(' ')}`,
  },
  MAESTRO_DB_UNREACHABLE: {
    message: (d: Failure) => `${d.database} cannot be reached: ${d.reason}`,
    hint: () =>
      'Check that the server runs, and check the host, the port, and the network. `maestro doctor` tries the connections.',
    retryable: true,
  },
  MAESTRO_DB_AUTHENTICATION: {
    message: (d: Failure) => `${d.database} rejects the user or the password: ${d.reason}`,
    hint: () => 'Check the user and the password, and whether the server accepts this user from this machine.',
  },
  MAESTRO_DB_SSL: {
    message: (d: Failure) => `A secure connection to ${d.database} is not possible: ${d.reason}`,
    hint: () =>
      'Set `ssl` (or `sslmode` in the address) to what the server requires. If no known authority signed its certificate, pass the certificate as `ssl: { ca }`, or use `sslmode=require` to connect without verification.',
  },
  MAESTRO_DB_PERMISSION: {
    message: (d: Failure) => `${d.database} denies permission: ${d.reason}`,
    hint: () => 'Grant the user the named right, or connect as another user.',
    stopsRun: true,
  },
  MAESTRO_DB_DATABASE_MISSING: {
    message: (d: Failure) => `The database ${d.database} does not exist (${d.reason}).`,
    hint: () => 'Check the name of the database, or create it.',
  },
  MAESTRO_DB_CONNECTION_LOST: {
    message: (d: Failure) => `The connection to ${d.database} was lost: ${d.reason}`,
    hint: () =>
      "Nothing of an unfinished write is in the table. Run the pipeline again. With `method: 'keyset'`, a long read survives a lost connection.",
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_CONFLICT: {
    message: (d: Failure) => `${d.database} ended the transaction because of a conflict with another one: ${d.reason}`,
    hint: () => 'Run the pipeline again. Nothing of the write is in the table.',
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_LOCKED: {
    message: (d: TableFailure & { milliseconds: number; holders: readonly string[] }) =>
      `${d.table} in ${d.database} was locked for ${d.milliseconds} ms${d.holders.length === 0 ? '' : `, held by ${d.holders.join('; ')}`}: ${d.reason}`,
    hint: () => 'Wait for the holder of the lock or end it, or raise `timeouts.lock`.',
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_TIMEOUT: {
    message: (d: Failure) => `${d.database} took too long for a statement: ${d.reason}`,
    hint: () => 'Raise `timeouts.statement`, or request less at once.',
    stopsRun: true,
  },
  MAESTRO_DB_DISK_FULL: {
    message: (d: Failure) => `${d.database} has no space left: ${d.reason}`,
    hint: () => 'Free space on its disk and run the pipeline again. Nothing of the write is in the table.',
    stopsRun: true,
  },
  MAESTRO_DB_FAILED: {
    message: (d: Failure) => `${d.database}: ${d.reason}`,
    hint: () => 'The message comes from the database.',
    stopsRun: true,
  },
  MAESTRO_DB_NAME: {
    message: (d: { name: string; reason: string }) => `"${d.name}" cannot be a name: ${d.reason}.`,
    hint: () => 'Use a shorter name without unsupported characters.',
  },
  MAESTRO_DB_TABLE_MISSING: {
    message: (d: { table: string; database: string; suggestion?: string | undefined }) =>
      `The table "${d.table}" does not exist in ${d.database}.`,
    hint: (d: { table: string; database: string; suggestion?: string | undefined }) =>
      `${d.suggestion === undefined ? '' : `Did you mean "${d.suggestion}"? `}Names are case-sensitive. For a table of another schema, set the option \`schema\`.`,
  },
  MAESTRO_DB_COLUMN_MISSING: {
    message: (d: { table: string; columns: readonly string[]; known: readonly string[] }) =>
      `"${d.table}" has no ${quoted(d.columns)}. Its columns are ${quoted(d.known)}.`,
    hint: () => 'Name the columns as the database does. Names are case-sensitive.',
  },
  MAESTRO_DB_COLUMNS_DUPLICATE: {
    message: (d: { columns: readonly string[] }) => `The query returns several columns named ${quoted(d.columns)}.`,
    hint: () => 'Give each column a different name: SELECT a.id AS a_id, b.id AS b_id.',
  },
  MAESTRO_DB_QUERY: {
    message: (d: { reason: string }) => `The query cannot be run: ${d.reason}.`,
    hint: () =>
      'A source accepts a single statement that begins with SELECT, WITH, VALUES, or TABLE and changes nothing.',
  },
  MAESTRO_DB_PARAMETERS: {
    message: (d: { missing: readonly string[]; unused: readonly string[] }) =>
      [
        d.missing.length === 0 ? '' : `The query uses ${quoted(d.missing)}, which \`params\` does not contain.`,
        d.unused.length === 0 ? '' : `\`params\` contains ${quoted(d.unused)}, which the query does not use.`,
      ]
        .filter((part) => part !== '')
        .join(' '),
    hint: () => 'Write a parameter in the query as :name, and set its value in `params: { name: value }`.',
  },
  MAESTRO_DB_KEY_MISSING: {
    message: (d: { table: string; need: string }) => `${d.need} needs a key, but "${d.table}" has none.`,
    hint: () => 'Name the columns that identify a row in the option `key`, or give the table a primary key.',
  },
  MAESTRO_DB_KEY_NOT_UNIQUE: {
    message: (d: { table: string; key: readonly string[]; reason: string }) =>
      `${quoted(d.key)} cannot be the key of "${d.table}": ${d.reason}.`,
    hint: () => 'Name a primary key, or columns that are NOT NULL and have a unique index.',
  },
  MAESTRO_DB_KEY_UNORDERED: {
    message: (d: { table: string; column: string; reason: string }) =>
      `"${d.table}" cannot be read in pages by "${d.column}": ${d.reason}.`,
    hint: () => "Read it with `method: 'snapshot'`, or name other columns that identify a row in the option `key`.",
  },
  MAESTRO_DB_TABLE_DIFFERENT: {
    message: (d: { table: string; differences: readonly string[] }) =>
      `"${d.table}" does not match the rows:\n${d.differences.map((difference) => `  - ${difference}`).join('\n')}`,
    hint: () => 'Change the table, convert the rows in an earlier step, or list the columns to write in `columns`.',
  },
  MAESTRO_DB_TABLE_FILLED: {
    message: (d: { table: string }) => `"${d.table}" exists already and holds rows.`,
    hint: () =>
      "Use --overwrite, set the sink's `mode` to 'append', 'overwrite', or 'upsert', or choose another table.",
  },
  MAESTRO_DB_TABLE_UNWRITABLE: {
    message: (d: { table: string; reason: string }) => `"${d.table}" cannot be written: ${d.reason}.`,
    hint: () => 'Choose a table whose changes the database can roll back.',
  },
  MAESTRO_DB_ROW_REFUSED: {
    message: (d: { table: string; reason: string }) => `"${d.table}" does not accept the row: ${d.reason}`,
    hint: () => 'Correct the value in an earlier step, or change the column. The other rows continue.',
  },
  MAESTRO_DB_TAKEN_OVER: {
    message: (d: { database: string }) =>
      `Another process has taken over the rows that this run writes to ${d.database}.`,
    hint: () => 'This process writes nothing more. Follow the run in the process that continues it.',
  },
  MAESTRO_DB_PARTITIONS_SHARED: {
    message: (d: { database: string }) =>
      `${d.database} takes one transaction at a time, and several outputs of the run need it.`,
    hint: () => "Remove `commit: 'partition'`, or write the other outputs to another file.",
  },
  MAESTRO_DB_STORAGE_OPTIONS: {
    message: (d: { issues: readonly string[] }) => `The options of DBStorage are not valid: ${d.issues.join('; ')}.`,
    hint: () =>
      'The options connection and name are required; input, schema, steps, keep, directory, and allowOutsidePaths are optional.',
  },
  MAESTRO_DB_STEPS_STALE: {
    message: (d: { name: string; database: string }) =>
      `The steps "${d.name}" in ${d.database} come from another input.`,
    hint: () => "Use another `name`, or start over with `steps: 'restart'`.",
  },
} as const

export const dbError = defineErrors(dbErrors)
