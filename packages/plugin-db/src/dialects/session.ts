import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { InsertTarget, RowInserter } from '../sink/row-inserter.js'
import type { TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'
import type { Binding } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'
import type { Dialect } from './dialect.js'

/** What a small statement gives. */
export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that were changed, or that an update found. */
  readonly changed: number
}

/** A column of what a query gives. */
export interface Field extends ColumnKind {
  readonly name: string
}

/** The rows of a query, read as they are asked for. */
export interface RowCursor {
  readonly fields: readonly Field[]
  /** The next rows, this many at most, values as the driver gives them; none at the end. */
  next(count: number): Promise<readonly (readonly unknown[])[]>
  /** Ends the reading, also before its end. */
  close(): Promise<void>
}

/** Connections that are used again. */
export interface SessionPool {
  /** Takes a connection. @param released Called once it is given back. @throws what the driver throws */
  acquire(released: () => Promise<void>): Promise<DatabaseSession>
  close(): Promise<void>
}

/** One connection of a database in the hands of one reader or writer. Its failures are errors of ours. */
export interface DatabaseSession {
  readonly dialect: Dialect
  readonly settings: ConnectionSettings
  /** Whether the connection is broken; it is not used again. */
  readonly spoiled: boolean

  run(sql: string, bindings?: readonly Binding[]): Promise<Answer>
  /** Runs statements that have no values and give none; one at a time in MySQL. */
  runAll(sql: string): Promise<void>
  stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor>
  /** Refuses a query that would do more than read the database. @throws MAESTRO_DB_QUERY */
  assertHarmless(sql: string): Promise<void>
  /** The columns of what a query gives, without its rows. */
  fieldsOf(sql: string, bindings: readonly Binding[]): Promise<readonly Field[]>
  /** Does work with the connection. @throws errors of ours only */
  guarded<Result>(work: () => Result | Promise<Result>, about?: string): Promise<Result>

  /** Begins a transaction that reads one consistent view and can change nothing. */
  beginReading(): Promise<void>
  /** What is to be done once before a writing. */
  prepareWriting(): Promise<void>
  begin(): Promise<void>
  commit(): Promise<void>
  /** Takes back what the transaction did; also when the connection is gone. */
  rollback(): Promise<void>
  /** Ends what goes on at once, by ending the connection. */
  interrupt(): void
  /** Gives the connection back; one that is broken is not used again. Safe to call twice. */
  release(): Promise<void>

  /** The database's name and version. */
  version(): Promise<string>
  /** What the database says of a table or view; undefined when there is none. */
  describeTable(name: TableName): Promise<TableDescription | undefined>
  /** The tables and views of a schema. */
  tableNames(schema: string | undefined): Promise<readonly string[]>
  /** The type for vectors of an extension that is installed in the database. */
  vectorType(): Promise<string | undefined>
  /** The fastest way to write rows. */
  createInserter(target: InsertTarget): RowInserter
  /** Who holds a lock on a table, as far as the database says it. */
  lockHolders(name: TableName): Promise<readonly string[]>
  /** Keeps a name for this session, at least until the transaction ends; waits for whoever has it. @throws MAESTRO_DB_LOCKED */
  lockName(name: string): Promise<void>
}
