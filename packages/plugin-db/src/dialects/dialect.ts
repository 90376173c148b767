import type { ColumnType } from '@maestro-dataflow/core'
import type { DriverError, FailureKind } from '../connection/failure-kind.js'
import type { Decode } from '../values/decode.js'
import type { Binding, Encode } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'

/** Everything in which one database differs from the others. Its folder holds all of it. */
export interface Dialect extends Syntax {
  /** The names by which `client` of a connection selects it; the first one is the usual name. */
  readonly clients: readonly string[]
  /** What its addresses begin with, such as `postgres:`. */
  readonly schemes: readonly string[]
  /** Whether a connection leads to a file or to a server. */
  readonly reachedBy: 'path' | 'server'
  /** What the names of the files end with that it puts beside its file. */
  readonly fileEndings: readonly string[]
  /** The packages of its driver. */
  readonly drivers: readonly string[]
  /** What a failure is about, as far as only this database says it so. */
  failureKind(error: DriverError): FailureKind | undefined
  /** How values for a column become what the driver takes. */
  encoderOf(column: ColumnKind): Encode
  /** How values of a column become those of rows; undefined when they come as they should be. */
  decoderOf(column: ColumnKind): Decode | undefined
  /** The type that every value of a column has in rows; unknown where they may be of several. */
  columnTypeOf(column: ColumnKind): ColumnType
  readonly tables: TableStatements
  readonly transactions: Transactions
}

/** How its SQL is written. */
export interface Syntax {
  /** A name in quotes, whatever is in it. @throws MAESTRO_DB_NAME for what the database does not take as a name */
  quoteName(name: string): string
  /** Where a value goes: `$3` or `?`. @param index From 1 */
  placeholder(index: number): string
  /** What an INSERT says so that rows whose key is there are changed in their other columns. */
  onConflict(columns: readonly string[], key: readonly string[]): string
  readonly lexis: Lexis
  readonly keyset: KeysetSyntax
}

/** How the text of a query is split into words, texts and comments. */
export interface Lexis {
  /** Whether `#` begins a comment. */
  readonly hashComments: boolean
  /** Whether `--` begins a comment only where white space follows. */
  readonly dashesNeedSpace: boolean
  /** Whether comments stand within comments. */
  readonly nestedComments: boolean
  /** Whether texts stand between `$$` or `$tag$`. */
  readonly dollarQuotes: boolean
  /** Whether names stand between `[` and `]`. */
  readonly bracketQuotes: boolean
  /** In which texts a backslash escapes the next character. */
  readonly backslashes: 'never' | 'always' | 'after E'
}

/** How pages of a keyset are asked for. */
export interface KeysetSyntax {
  /** A column of the key in a form that loses nothing on its way here and back. */
  exact(column: string): string
  /** A value of the key where it is compared with its column, in the way in which the column is ordered. */
  bound(place: string, value: Binding, column: ColumnKind): string
}

/** How tables are made and exchanged. */
export interface TableStatements {
  readonly types: Readonly<Record<ColumnType, string>>
  /** Types of the columns of a key, where an index does not take the usual ones. */
  readonly keyTypes: Readonly<Partial<Record<ColumnType, string>>>
  /** What stands after the columns of CREATE TABLE. */
  readonly options: string
  /** How many columns a table of steps may have; wide ones do not fit into the pages of the database. */
  readonly mostColumns: number
  /** How a table is put into the place of another one; undefined where its rows are exchanged instead. */
  readonly exchange: TableExchange | undefined
}

/** A table beside the one that it replaces; both names are in quotes. */
export interface TableExchange {
  /** The statement that makes a table like another one. */
  createLike(table: string, like: string): string
  /** Replaces a table, and commits. */
  swap(transaction: Transaction, names: ExchangedNames): Promise<void>
}

/** What `swap` needs of a session. */
export interface Transaction {
  run(sql: string): Promise<unknown>
  commit(): Promise<void>
}

/** The names of an exchange, in quotes. */
export interface ExchangedNames {
  /** The table that was made beside the other one. */
  readonly made: string
  /** The table that is replaced. */
  readonly replaced: string
  /** The name of the replaced table without its schema. */
  readonly replacedName: string
  /** A name that no table has. */
  readonly free: string
}

/** What a transaction covers. */
export interface Transactions {
  /** Whether CREATE TABLE is within it; elsewhere it ends the transaction. */
  readonly coverTables: boolean
  /** Whether one connection writes at a time, so that the sinks of a run share a transaction. */
  readonly oneWriter: boolean
  /** Whether the savepoint of the next batch is set before that batch comes, to save the way to a server. */
  readonly savepointsAhead: boolean
  /** Whether a savepoint takes the place of an older one of the same name. */
  readonly savepointsReplace: boolean
  /** What the database takes back when it ends a conflict with another transaction. */
  readonly conflictEnds: 'statement' | 'transaction'
}
