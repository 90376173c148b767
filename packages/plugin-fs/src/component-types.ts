import type { Column, ColumnType, Schema, ValueOf } from '@maestro-dataflow/core'
import type { FileFormat } from './format.js'

/** Reading files as rows. */
export interface FileSourceOptions {
  /** A path, a glob, or several; relative to the config file. */
  readonly path: string | readonly string[]
  /** @default from the file's ending */
  readonly format?: FileFormat
  /** Names of the columns, or names with types. Other columns ride along untouched. */
  readonly columns?: readonly string[] | Readonly<Record<string, ColumnType>>
  /** Checks and shapes each row; one that does not fit is rejected. */
  readonly schema?: Schema
  /** The column whose value is the row's id; a second row of the same key is rejected. */
  readonly key?: string
}

/** Writing rows to a file. */
export interface FileSinkOptions<Row> {
  readonly path: string
  /** @default from the file's ending */
  readonly format?: FileFormat
  /** What happens when the file exists. @default 'create': it is an error */
  readonly mode?: 'create' | 'overwrite'
  /** The columns to write and their order. @default all */
  readonly columns?: readonly Column<Row>[]
}

declare module '@maestro-dataflow/core' {
  interface SourceOptions {
    'fs.file': FileSourceOptions
  }
  interface SourceOutput<Options> {
    'fs.file': Options extends { readonly schema: Schema<infer _Input, infer Output> }
      ? Output
      : Options extends { readonly columns: readonly (infer Name extends string)[] }
        ? Record<Name, string>
        : Options extends { readonly columns: infer Types }
          ? { -readonly [Name in keyof Types]: ValueOf<Types[Name]> }
          : Record<string, unknown>
  }
  interface SinkOptions<Row> {
    'fs.file': FileSinkOptions<Row>
  }
}
