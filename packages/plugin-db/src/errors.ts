import { defineErrors } from '@maestro-dataflow/core'

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

interface Failure {
  /** The database as people know it, without its password. */
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
    hint: () => 'See that the server runs, and check host, port and network. `maestro doctor` tries the connections.',
    retryable: true,
  },
  MAESTRO_DB_AUTHENTICATION: {
    message: (d: Failure) => `${d.database} refuses the user or the password: ${d.reason}`,
    hint: () => 'Check user and password, and whether the server lets this user in from this machine.',
  },
  MAESTRO_DB_SSL: {
    message: (d: Failure) => `No secure connection to ${d.database}: ${d.reason}`,
    hint: () =>
      'Set `ssl` (or `sslmode` in the address) as the server wants it; give its certificate as `ssl: { ca }` when nobody that is known has signed it, or say `sslmode=require` to do without checking it.',
  },
  MAESTRO_DB_PERMISSION: {
    message: (d: Failure) => `${d.database} does not permit it: ${d.reason}`,
    hint: () => 'Give the user the right that is named, or connect as another one.',
    stopsRun: true,
  },
  MAESTRO_DB_DATABASE_MISSING: {
    message: (d: Failure) => `There is no such database: ${d.database} (${d.reason})`,
    hint: () => 'Check the name of the database, or create it.',
  },
  MAESTRO_DB_CONNECTION_LOST: {
    message: (d: Failure) => `The connection to ${d.database} was lost: ${d.reason}`,
    hint: () =>
      "Nothing of an unfinished write is in the table; run it again. A long reading survives it with `method: 'keyset'`.",
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_CONFLICT: {
    message: (d: Failure) => `${d.database} ended the transaction because of another one: ${d.reason}`,
    hint: () => 'Run it again; nothing of the write is in the table.',
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_LOCKED: {
    message: (d: TableFailure & { milliseconds: number; holders: readonly string[] }) =>
      `${d.table} in ${d.database} was locked by another for ${d.milliseconds} ms${d.holders.length === 0 ? '' : `, held by ${d.holders.join('; ')}`}: ${d.reason}`,
    hint: () => 'Wait for the other one or end it, or raise `timeouts.lock`.',
    retryable: true,
    stopsRun: true,
  },
  MAESTRO_DB_TIMEOUT: {
    message: (d: Failure) => `${d.database} took too long for a statement: ${d.reason}`,
    hint: () => 'Raise `timeouts.statement`, or ask for less at once.',
    stopsRun: true,
  },
  MAESTRO_DB_DISK_FULL: {
    message: (d: Failure) => `${d.database} has no space left: ${d.reason}`,
    hint: () => 'Make room on its disk and run it again; nothing of the write is in the table.',
    stopsRun: true,
  },
  MAESTRO_DB_FAILED: {
    message: (d: Failure) => `${d.database}: ${d.reason}`,
    hint: () => 'The message is that of the database.',
    stopsRun: true,
  },
  MAESTRO_DB_NAME: {
    message: (d: { name: string; reason: string }) => `"${d.name}" cannot be a name: ${d.reason}.`,
    hint: () => 'Use a shorter name, without the character that is named.',
  },
  MAESTRO_DB_TABLE_MISSING: {
    message: (d: { table: string; database: string; suggestion?: string | undefined }) =>
      `There is no table "${d.table}" in ${d.database}.`,
    hint: (d: { table: string; database: string; suggestion?: string | undefined }) =>
      `${d.suggestion === undefined ? '' : `Did you mean "${d.suggestion}"? `}Capitals count. The table of another schema needs the option \`schema\`.`,
  },
  MAESTRO_DB_COLUMN_MISSING: {
    message: (d: { table: string; columns: readonly string[]; known: readonly string[] }) =>
      `"${d.table}" has no ${quoted(d.columns)}; it has ${quoted(d.known)}.`,
    hint: () => 'Name the columns as the database does; capitals count.',
  },
  MAESTRO_DB_COLUMNS_DUPLICATE: {
    message: (d: { columns: readonly string[] }) => `The query gives several columns named ${quoted(d.columns)}.`,
    hint: () => 'Give each column a name of its own: SELECT a.id AS a_id, b.id AS b_id.',
  },
  MAESTRO_DB_QUERY: {
    message: (d: { reason: string }) => `The query cannot be run: ${d.reason}.`,
    hint: () =>
      'A source takes a single statement that begins with SELECT, WITH, VALUES or TABLE, and changes nothing.',
  },
  MAESTRO_DB_PARAMETERS: {
    message: (d: { missing: readonly string[]; unused: readonly string[] }) =>
      [
        d.missing.length === 0 ? '' : `The query names ${quoted(d.missing)}, which \`params\` does not give.`,
        d.unused.length === 0 ? '' : `\`params\` gives ${quoted(d.unused)}, which the query does not name.`,
      ]
        .filter((part) => part !== '')
        .join(' '),
    hint: () => 'A parameter stands in the query as :name, and its value in `params: { name: value }`.',
  },
  MAESTRO_DB_KEY_MISSING: {
    message: (d: { table: string; need: string }) => `${d.need} needs a key, and "${d.table}" has none.`,
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
      `"${d.table}" is not as the rows need it:\n${d.differences.map((difference) => `  - ${difference}`).join('\n')}`,
    hint: () =>
      'Change the table, bring the rows into its form in a step before, or list the columns to write in `columns`.',
  },
  MAESTRO_DB_TABLE_FILLED: {
    message: (d: { table: string }) => `"${d.table}" exists already and holds rows.`,
    hint: () =>
      "Say --overwrite, or set the sink's `mode` to 'append', 'overwrite' or 'upsert', or name another table.",
  },
  MAESTRO_DB_TABLE_UNWRITABLE: {
    message: (d: { table: string; reason: string }) => `"${d.table}" cannot be written: ${d.reason}.`,
    hint: () => 'Name a table whose changes the database can take back.',
  },
  MAESTRO_DB_ROW_REFUSED: {
    message: (d: { table: string; reason: string }) => `"${d.table}" does not take the row: ${d.reason}`,
    hint: () => 'Correct the value in an earlier step, or change the column. The other rows continue.',
  },
  MAESTRO_DB_STORAGE_OPTIONS: {
    message: (d: { issues: readonly string[] }) => `These options cannot make a DBStorage: ${d.issues.join('; ')}.`,
    hint: () => 'It needs connection and name; input, schema, steps, keep, directory and allowOutsidePaths may be set.',
  },
  MAESTRO_DB_STEPS_STALE: {
    message: (d: { name: string; database: string }) =>
      `The steps "${d.name}" in ${d.database} were made from another input.`,
    hint: () => "Use another `name`, or begin anew with `steps: 'restart'`.",
  },
} as const

export const dbError = defineErrors(dbErrors)
