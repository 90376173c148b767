import type { Column, ColumnType, Schema, ValueOf } from '@maestro-dataflow/core'
import type { FileFormat } from './format.js'

/** Reading files as rows. */
export interface FileSourceOptions {
  /**
   * A path, a glob, a folder, or several; relative to the config file. A folder gives all files in it, at any depth,
   * whose ending is known (only those of `format`, if it is set), sorted by name.
   */
  readonly path: string | readonly string[]
  /**
   * How the files are written. `text` and `markdown` give a row per file with the columns `path` and `text`.
   *
   * @default from each file's ending
   */
  readonly format?: FileFormat
  /**
   * Names of the columns, or names with types. Other columns ride along untouched. Values are brought to their types
   * and a row with one that does not fit is rejected; an empty cell of a column that is no string is null. Nothing is
   * guessed: a cell without a type is text.
   */
  readonly columns?: readonly string[] | Readonly<Record<string, ColumnType>>
  /**
   * Checks and shapes each row; one that does not fit is rejected. Cells of CSV and TSV are turned into the numbers,
   * booleans, lists and objects that the schema asks for.
   */
  readonly schema?: Schema
  /** The column whose value is the row's id; a second row of the same key is rejected. */
  readonly key?: string
  /**
   * The text's encoding: any label of `TextDecoder`, such as utf-16le, gb18030, shift_jis or windows-1252. A byte
   * order mark is recognised by itself. Wrong bytes reject their record; they are never replaced.
   *
   * @default 'utf-8'
   */
  readonly encoding?: string
  /** What parts the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  readonly delimiter?: string
  /** The names of the columns of CSV and TSV whose first record is already a row. */
  readonly header?: readonly string[]
  /**
   * What becomes of records of CSV and TSV with fewer cells than the header. `warn`: the columns at their end are missing, and
   * the log says how many records there were; `fill`: those columns are null; `reject`: such a record is rejected.
   *
   * @default 'warn'
   */
  readonly shortRecords?: 'warn' | 'fill' | 'reject'
  /** Text and Markdown: a row per line, with the columns `path`, `line` (from 1) and `text`. @default false */
  readonly lines?: boolean
}

/** Writing rows to a file. */
export interface FileSinkOptions<Row> {
  readonly path: string
  /** @default from the file's ending */
  readonly format?: FileFormat
  /** What happens when the file exists. @default 'create': it is an error */
  readonly mode?: 'create' | 'overwrite'
  /** The columns to write and their order. Not for text. @default all */
  readonly columns?: readonly Column<Row>[]
  /** What parts the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  readonly delimiter?: string
  /** Text and Markdown: the column whose text is written, each followed by a line end. @default 'text' */
  readonly column?: Column<Row>
}

type Packed<Name extends string> = Name | `${Name}.gz` | `${Name}.zst`
type TextPath = Packed<`${string}.${'txt' | 'md' | 'markdown'}`>
type CellsPath = Packed<`${string}.${'csv' | 'tsv'}`>

/** The format that options name, or that all their paths say by their ending. */
type FormatOf<Options> = Options extends { readonly format: infer Format extends FileFormat }
  ? Format
  : Options extends { readonly path: readonly (infer Path)[] }
    ? FormatOfPath<Path>
    : Options extends { readonly path: infer Path }
      ? FormatOfPath<Path>
      : undefined
type FormatOfPath<Path> = [Path] extends [TextPath] ? 'text' : [Path] extends [CellsPath] ? 'csv' : undefined

/** The row of a text file. */
export interface TextRow {
  /** The file, relative to the project. */
  path: string
  text: string
}

/** One line of a text file. */
export interface TextLineRow extends TextRow {
  /** From 1. */
  line: number
}

type NamedColumns<Names, Options> = Names extends readonly (infer Name extends string)[]
  ? Record<Name, FormatOf<Options> extends 'csv' | 'tsv' ? string : unknown>
  : { -readonly [Name in keyof Names]: Names[Name] extends 'string' ? string : ValueOf<Names[Name]> | null }

declare module '@maestro-dataflow/core' {
  interface SourceOptions {
    'fs.file': FileSourceOptions
  }
  interface SourceOutput<Options> {
    'fs.file': Options extends { readonly schema: Schema<infer _Input, infer Output> }
      ? Output
      : FormatOf<Options> extends 'text' | 'markdown'
        ? Options extends { readonly lines: true }
          ? TextLineRow
          : TextRow
        : Options extends { readonly columns: infer Names }
          ? NamedColumns<Names, Options>
          : Options extends { readonly header: infer Names }
            ? NamedColumns<Names, Options>
            : Record<string, unknown>
  }
  interface SinkOptions<Row> {
    'fs.file': FileSinkOptions<Row>
  }
}
