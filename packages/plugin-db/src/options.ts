import {
  column,
  columnRecord,
  columns,
  columnTypes,
  type InputOf,
  type OptionsOver,
  type OutputOf,
  type Schema,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { ConnectionFields } from './connection/connection-options.js'

const columnType = z.enum(columnTypes)
const name = z.string().min(1)
const names = z.array(name).min(1)
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value

/** Reading rows of a database. */
class ReadingFields extends ConnectionFields {
  /**
   * The columns to read, or names with types: values are brought to them, and a row with one that does not fit is
   * rejected.
   *
   * @default all
   */
  columns = z.union([names, z.record(z.string(), columnType)]).optional()
  /** Checks and shapes each row; one that does not fit is rejected. */
  schema = z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional()
  /**
   * The columns whose values are a row's id; a second row of the same key is rejected.
   *
   * @default a table's primary key
   */
  key = z.union([name.transform((one) => [one]), names]).optional()
  /**
   * `snapshot` reads all in one transaction, as it was when it began. `keyset` reads pages in the order of a unique
   * key: it holds nothing for long, survives a dropped connection, and can start in the middle.
   *
   * @default 'snapshot'
   */
  method = z.enum(['snapshot', 'keyset']).optional()
  /** With `keyset`: begin after the row with this key; a list of values for a key of several columns. */
  after = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]).optional()
}

/** Reading a table or view. */
export class TableReadFields extends ReadingFields {
  table = name
  /** The schema (MySQL: the database) that it is in. @default the connection's */
  databaseSchema = name.optional()
}

/** Reading what a query gives. */
export class QueryReadFields extends ReadingFields {
  /** One statement that reads; values stand in it as `:name`. */
  query = z.string()
  /** The values of the parameters; they are bound, never written into the text. */
  params = z.record(z.string(), z.unknown()).optional()
}

/** Writing a table. */
export class TableWriteFields extends ConnectionFields {
  table = name
  /** The schema (MySQL: the database) that it is in. @default the connection's */
  databaseSchema = name.optional()
  /**
   * `create`: the table must be new or empty. `append`: the rows are added to those that are there. `overwrite`: they take
   * the place of all rows that are there. `upsert`: rows whose key is there are changed, and others are added. A table that
   * is missing is made.
   *
   * @default 'create'
   */
  mode = z.enum(['create', 'append', 'overwrite', 'upsert']).optional()
  /** What identifies a row; the primary key of a table that is made. @default the table's primary key */
  key = z.union([column().transform((one) => [one]), columns()]).optional()
  /** The columns to write, or names with the types that a table is made with. @default all */
  columns = z.union([columns(), columnRecord(columnType)]).optional()
}

export type TableReadOptions = OutputOf<TableReadFields>
export type QueryReadOptions = OutputOf<QueryReadFields>
export type TableWriteOptions = OutputOf<TableWriteFields>

/** Options of reading a table or view, as they are given. */
export interface TableSourceOptions extends OptionsOver<InputOf<TableReadFields>, never> {}
/** Options of reading what a query gives, as they are given. */
export interface QuerySourceOptions extends OptionsOver<InputOf<QueryReadFields>, never> {}
/** Options of writing a table of rows, as they are given. */
export type TableSinkOptions<Row> = OptionsOver<InputOf<TableWriteFields>, Row>
