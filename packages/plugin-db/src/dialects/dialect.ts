import type { ColumnType } from '@maestro-dataflow/core'
import type { DriverError, FailureKind } from '../connection/failure-kind.js'
import type { Decode } from '../values/decode.js'
import type { Binding, Encode } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'

/** Everything that distinguishes a database from the others. Its folder holds all of it. */
export interface Dialect extends Syntax {
  /** The names that select it in the `client` of a connection; the first one is the usual name. */
  readonly clients: readonly string[]
  /** The beginnings of its addresses, such as `postgres:`. */
  readonly schemes: readonly string[]
  /** Whether a connection leads to a file or to a server. */
  readonly reachedBy: 'path' | 'server'
  /** The suffixes of the files that it creates beside its file. */
  readonly fileEndings: readonly string[]
  /** The packages of its driver. */
  readonly drivers: readonly string[]
  /** Classifies a failure by the codes of this database. */
  failureKind(error: DriverError): FailureKind | undefined
  /** Encodes values of a column for the driver. */
  encoderOf(column: ColumnKind): Encode
  /** Decodes values of a column for rows; undefined if they need no decoding. */
  decoderOf(column: ColumnKind): Decode | undefined
  /** The text of a time as rows have it, with all its digits. @throws Unfit */
  timeText(raw: string): string
  /** The type that every value of a column has in rows; unknown if the types may differ. */
  columnTypeOf(column: ColumnKind): ColumnType
  readonly tables: TableStatements
  readonly transactions: Transactions
}

/** How its SQL is written. */
export interface Syntax {
  /** Quotes a name, whatever it contains. @throws MAESTRO_DB_NAME for a name that the database does not accept */
  quoteName(name: string): string
  /** The placeholder of a value: `$3` or `?`. @param index From 1 */
  placeholder(index: number): string
  /** The clause of an INSERT that updates the other columns of rows whose key exists. */
  onConflict(columns: readonly string[], key: readonly string[]): string
  /** A column in a form with all the digits of its values, if the database returns fewer by default. */
  exactColumn?(column: string, kind: ColumnKind): string
  readonly lexis: Lexis
  readonly keyset: KeysetSyntax
}

/** How to split the text of a query into words, texts, and comments. */
export interface Lexis {
  /** Whether `#` begins a comment. */
  readonly hashComments: boolean
  /** Whether `--` begins a comment only before white space. */
  readonly dashesNeedSpace: boolean
  /** Whether comments can be nested. */
  readonly nestedComments: boolean
  /** Whether texts can be quoted by `$$` or `$tag$`. */
  readonly dollarQuotes: boolean
  /** Whether names can be quoted by `[` and `]`. */
  readonly bracketQuotes: boolean
  /** The texts in which a backslash escapes the next character. */
  readonly backslashes: 'never' | 'always' | 'after E'
}

/** How to request the pages of a keyset. */
export interface KeysetSyntax {
  /** A column of the key in a lossless form, in which it equals itself. */
  exact(column: string, kind: ColumnKind): string
  /** A value of the key for a comparison with its column, in the order of the column. */
  bound(place: string, value: Binding, column: ColumnKind): string
}

/** How tables are created and exchanged. */
export interface TableStatements {
  readonly types: Readonly<Record<ColumnType, string>>
  /** The types of key columns that an index does not accept in their usual type. */
  readonly keyTypes: Readonly<Partial<Record<ColumnType, string>>>
  /** The text after the columns of CREATE TABLE. */
  readonly options: string
  /** The maximum number of columns of a step's table; wider rows do not fit into the pages of the database. */
  readonly mostColumns: number
  /** How to replace a table by another one; undefined if its rows are exchanged instead. */
  readonly exchange: TableExchange | undefined
}

/** The name of a table beside the one that it replaces; both names are quoted. */
export interface TableExchange {
  /** The statement that creates a table like another one. */
  createLike(table: string, like: string): string
  /** Replaces a table, and commits. */
  swap(transaction: Transaction, names: ExchangedNames): Promise<void>
}

/** What `swap` needs of a session. */
export interface Transaction {
  run(sql: string): Promise<unknown>
  commit(): Promise<void>
}

/** The quoted names of an exchange. */
export interface ExchangedNames {
  /** The table that was created beside the other one. */
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
  /** Whether it covers CREATE TABLE; otherwise, CREATE TABLE ends the transaction. */
  readonly coverTables: boolean
  /** Whether only one connection writes at a time, so that the sinks of a run share a transaction. */
  readonly oneWriter: boolean
  /** Whether the savepoint of the next batch is set in advance, to save a round trip to the server. */
  readonly savepointsAhead: boolean
  /** Whether a savepoint replaces an older one of the same name. */
  readonly savepointsReplace: boolean
  /** What the database rolls back when it resolves a conflict with another transaction. */
  readonly conflictEnds: 'statement' | 'transaction'
}
