import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { InsertTarget, RowInserter } from '../sink/row-inserter.js'
import type { TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'
import type { Binding } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'
import type { Dialect } from './dialect.js'

/** The result of a small statement. */
export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** The rows that were changed, or that an update found. */
  readonly changed: number
}

/** A column of a query's result. */
export interface Field extends ColumnKind {
  readonly name: string
}

/** The rows of a query, read on demand. */
export interface RowCursor {
  readonly fields: readonly Field[]
  /** The next rows, up to a number, with values as the driver returns them; empty at the end. */
  next(count: number): Promise<readonly (readonly unknown[])[]>
  /** Ends the reading, even before the last row. */
  close(): Promise<void>
}

/** Connections that are reused. */
export interface SessionPool {
  /** Takes a connection. @param released Called when it is returned. @throws the driver's errors */
  acquire(released: () => Promise<void>): Promise<DatabaseSession>
  close(): Promise<void>
}

/** One connection of a database, used by one reader or writer. It throws our own errors. */
export interface DatabaseSession {
  readonly dialect: Dialect
  readonly settings: ConnectionSettings
  /** Whether the connection is broken; it is not reused then. */
  readonly spoiled: boolean

  run(sql: string, bindings?: readonly Binding[]): Promise<Answer>
  /** Runs statements without values and results; only one at a time in MySQL. */
  runAll(sql: string): Promise<void>
  stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor>
  /** Refuses a query that would do more than read the database. @throws MAESTRO_DB_QUERY */
  assertHarmless(sql: string): Promise<void>
  /** The columns of a query's result, without its rows. */
  fieldsOf(sql: string, bindings: readonly Binding[]): Promise<readonly Field[]>
  /** Runs a function with the connection. @throws only our own errors */
  guarded<Result>(work: () => Result | Promise<Result>, about?: string): Promise<Result>

  /** Begins a transaction that reads one consistent view and cannot change anything. */
  beginReading(): Promise<void>
  /** Prepares the session for writing, once. */
  prepareWriting(): Promise<void>
  begin(): Promise<void>
  commit(): Promise<void>
  /** Rolls back the transaction; works even if the connection is lost. */
  rollback(): Promise<void>
  /** Stops the current work at once, by closing the connection. */
  interrupt(): void
  /** Returns the connection; a broken one is not reused. It may be called twice. */
  release(): Promise<void>

  /** The database's name and version. */
  version(): Promise<string>
  /** The database's description of a table or view; undefined if it does not exist. */
  describeTable(name: TableName): Promise<TableDescription | undefined>
  /** The tables and views of a schema. */
  tableNames(schema: string | undefined): Promise<readonly string[]>
  /** The vector type of an extension that is installed in the database. */
  vectorType(): Promise<string | undefined>
  /** The fastest way to write rows. */
  createInserter(target: InsertTarget): RowInserter
  /** The holders of a lock on a table, as far as the database reports them. */
  lockHolders(name: TableName): Promise<readonly string[]>
  /**
   * Locks a name for this session, at least until the transaction ends; waits for its holder. @throws MAESTRO_DB_LOCKED
   */
  lockName(name: string): Promise<void>
}
