import {
  column,
  columnRecord,
  columns,
  columnTypes,
  type InputOf,
  isSchema,
  type OptionsOver,
  type OutputOf,
  type Schema,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { ConnectionFields } from './connection/connection-options.js'

const columnType = z.enum(columnTypes)
const name = z.string().min(1)
const names = z.array(name).min(1)

/** The options of reading rows from a database. */
class ReadingFields extends ConnectionFields {
  /**
   * The columns to read, or names with types: values are converted to the types, and a row with a value that cannot be
   * converted is rejected.
   *
   * @default all
   */
  columns = z.union([names, z.record(z.string(), columnType)]).optional()
  /** Validates and transforms each row; a row that does not match is rejected. */
  schema = z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional()
  /**
   * The columns whose values form a row's id; a second row with the same key is rejected.
   *
   * @default a table's primary key
   */
  key = z.union([name.transform((one) => [one]), names]).optional()
  /**
   * `snapshot` reads everything in one transaction, as it was when the transaction began. `keyset` reads pages in the
   * order of a unique key: it holds no long transaction, survives a dropped connection, and can start in the middle.
   *
   * @default 'snapshot'
   */
  method = z.enum(['snapshot', 'keyset']).optional()
  /** With `keyset`: start after the row with this key; a list of values for a key of several columns. */
  after = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]).optional()
}

/** The options of reading a table or view. */
export class TableReadFields extends ReadingFields {
  table = name
  /** The schema (MySQL: the database) of the table. @default the connection's schema */
  databaseSchema = name.optional()
}

/** The options of reading the result of a query. */
export class QueryReadFields extends ReadingFields {
  /** A single statement that reads; its parameters are written `:name`. */
  query = z.string()
  /** The values of the parameters; they are bound and never become part of the text. */
  params = z.record(z.string(), z.unknown()).optional()
}

/** The options of writing a table. */
export class TableWriteFields extends ConnectionFields {
  table = name
  /** The schema (MySQL: the database) of the table. @default the connection's schema */
  databaseSchema = name.optional()
  /**
   * `create`: the table must be new or empty. `append`: the rows are added to the existing ones. `overwrite`: the rows
   * replace all existing ones. `upsert`: rows whose key exists are updated, and others are added. A missing table is
   * created.
   *
   * @default 'create'
   */
  mode = z.enum(['create', 'append', 'overwrite', 'upsert']).optional()
  /**
   * The columns that identify a row, and the primary key of a table that is created. @default the table's primary key
   */
  key = z.union([column().transform((one) => [one]), columns()]).optional()
  /**
   * `run`: the rows appear together when the run has succeeded. `partition`: the rows of each partition are committed
   * with a receipt every few seconds, and a resumed run goes on behind them; rows of a run that fails stay in the table.
   * `partition` needs `mode: 'append'` or `'upsert'`.
   *
   * @default 'run'
   */
  commit = z.enum(['run', 'partition']).optional()
  /** The columns to write, or names with the types for a table that is created. @default all */
  columns = z.union([columns(), columnRecord(columnType)]).optional()
}

export type TableReadOptions = OutputOf<TableReadFields>
export type QueryReadOptions = OutputOf<QueryReadFields>
export type TableWriteOptions = OutputOf<TableWriteFields>

/** The options of reading a table or view, before validation. */
export interface TableSourceOptions extends OptionsOver<InputOf<TableReadFields>, never> {}
/** The options of reading the result of a query, before validation. */
export interface QuerySourceOptions extends OptionsOver<InputOf<QueryReadFields>, never> {}
/** The options of writing a table, before validation. */
export type TableSinkOptions<Row> = OptionsOver<InputOf<TableWriteFields>, Row>
