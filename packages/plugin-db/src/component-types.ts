import type { Column, ColumnType, Duration, EnvironmentValue, Schema, ValueOf } from '@maestro-dataflow/core'
import type { FileClient, ServerClient } from './dialects/dialects.js'

/** A server: PostgreSQL, MariaDB or MySQL. */
export interface ServerConnection {
  readonly client: ServerClient
  /** @default 'localhost' */
  readonly host?: string | EnvironmentValue
  /** @default 5432 for PostgreSQL, 3306 for the others */
  readonly port?: number
  readonly user?: string | EnvironmentValue
  /** Take it from the environment, `env('DATABASE_PASSWORD')`: it is never shown then. */
  readonly password?: string | EnvironmentValue
  readonly database?: string | EnvironmentValue
  /** `true` checks the server's certificate; `ca` is the one that signed it, as PEM text. @default false */
  readonly ssl?:
    | boolean
    | {
        readonly ca?: string
        readonly cert?: string
        readonly key?: string
        readonly passphrase?: string
        readonly rejectUnauthorized?: boolean
      }
}

/** A file of SQLite; relative to the config file. */
export interface SqliteConnection {
  readonly client: FileClient
  readonly path: string
}

/** How a database is reached, and how long it is waited for. */
export interface DatabaseOptions {
  /**
   * An address, or its parts: `sqlite:data/shop.db`, `postgres://user:password@host:5432/shop?sslmode=verify-full`,
   * `mariadb://...`, `mysql://...`. Take one with a password from the environment: `env('DATABASE_URL')`.
   */
  readonly connection: string | EnvironmentValue | SqliteConnection | ServerConnection
  /** Connections at once, of all who use this database. @default 10 */
  readonly pool?: { readonly max?: number }
  readonly timeouts?: {
    /** @default '10s' */
    readonly connect?: Duration
    /** How long a lock of another is waited for. @default '30s' */
    readonly lock?: Duration
    /** For one statement. @default no bound */
    readonly statement?: Duration
  }
  /** How often what fails in passing is tried again: connecting, pages of a keyset, conflicts of transactions. @default 3 */
  readonly retries?: number
}

/** Reading rows. */
export interface ReadingOptions extends DatabaseOptions {
  /** The columns to read, or names with types: values are brought to them, and a row with one that does not fit is rejected. @default all */
  readonly columns?: readonly string[] | Readonly<Record<string, ColumnType>>
  /** Checks and shapes each row; one that does not fit is rejected. */
  readonly schema?: Schema
  /** The columns whose values are a row's id; a second row of the same key is rejected. @default a table's primary key */
  readonly key?: string | readonly string[]
  /**
   * `snapshot` reads all in one transaction, as it was when it began. `keyset` reads pages in the order of a unique key: it
   * holds nothing for long, survives a dropped connection, and can start in the middle.
   *
   * @default 'snapshot'
   */
  readonly method?: 'snapshot' | 'keyset'
  /** With `keyset`: begin after the row with this key; a list of values for a key of several columns. */
  readonly after?: unknown
}

/** Reading a table or view. */
export interface TableSourceOptions extends ReadingOptions {
  readonly table: string
  /** The schema (MySQL: the database) that it is in. @default the connection's */
  readonly databaseSchema?: string
}

/** Reading what a query gives. */
export interface QuerySourceOptions extends ReadingOptions {
  /** One statement that reads; values stand in it as `:name`. */
  readonly query: string
  /** The values of the parameters; they are bound, never written into the text. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** Writing a table. */
export interface TableSinkOptions<Row> extends DatabaseOptions {
  readonly table: string
  readonly databaseSchema?: string
  /**
   * `create`: the table must be new or empty. `append`: the rows are added to those that are there. `overwrite`: they take
   * the place of all rows that are there. `upsert`: rows whose key is there are changed, and others are added. A table that
   * is missing is made.
   *
   * @default 'create'
   */
  readonly mode?: 'create' | 'append' | 'overwrite' | 'upsert'
  /** What identifies a row; the primary key of a table that is made. @default the table's primary key */
  readonly key?: Column<Row> | readonly Column<Row>[]
  /** The columns to write, or names with the types that a table is made with. @default all */
  readonly columns?: readonly Column<Row>[] | Readonly<Partial<Record<Column<Row>, ColumnType>>>
}

type NamedColumns<Names> = Names extends readonly (infer Name extends string)[]
  ? Record<Name, unknown>
  : { -readonly [Name in keyof Names]: ValueOf<Names[Name]> | null }

type RowOf<Options> = Options extends { readonly schema: Schema<infer _Input, infer Output> }
  ? Output
  : Options extends { readonly columns: infer Names }
    ? NamedColumns<Names>
    : Record<string, unknown>

declare module '@maestro-dataflow/core' {
  interface SourceOptions {
    'db.table': TableSourceOptions
    'db.query': QuerySourceOptions
  }
  interface SourceOutput<Options> {
    'db.table': RowOf<Options>
    'db.query': RowOf<Options>
  }
  interface SinkOptions<Row> {
    'db.table': TableSinkOptions<Row>
  }
}
