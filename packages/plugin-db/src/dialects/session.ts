import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { Binding } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'

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

/** One connection of a database in the hands of one reader or writer. Its failures are errors of ours. */
export interface BaseSession {
  readonly settings: ConnectionSettings
  run(sql: string, bindings?: readonly Binding[]): Promise<Answer>
  /** Runs statements that have no values and give none; one at a time in MySQL. */
  runAll(sql: string): Promise<void>
  stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor>
  /** Begins a transaction that reads one consistent view and can change nothing. */
  beginReading(): Promise<void>
  begin(): Promise<void>
  commit(): Promise<void>
  /** Takes back what the transaction did; also when the connection is gone. */
  rollback(): Promise<void>
  /** Ends what goes on at once, by ending the connection. */
  interrupt(): void
  /** Gives the connection back; one that is broken is not used again. Safe to call twice. */
  release(): Promise<void>
}
