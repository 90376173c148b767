import {
  column,
  columns,
  columnTypes,
  type InputOf,
  type OptionsOver,
  type OutputOf,
  optionsSchema,
  type Schema,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { isEncoding } from './decode-text.js'
import { fileFormats } from './format.js'

const columnType = z.enum(columnTypes)
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value
const format = z.enum(fileFormats)
const delimiter = z.string().regex(/^[^"\r\n]+$/, 'a delimiter is one or more characters, without quotes and line ends')
const encoding = z
  .string()
  .refine(isEncoding, 'no known encoding; such as utf-8, utf-16le, gb18030, shift_jis or windows-1252')

/** Reading files as rows. */
export class FileReadFields {
  /**
   * A path, a glob, a folder, or several; relative to the config file. A folder gives all files in it, at any depth,
   * whose ending is known (only those of `format`, if it is set), sorted by name.
   */
  path = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  /**
   * How the files are written. `text` and `markdown` give a row per file with the columns `path` and `text`.
   *
   * @default from each file's ending
   */
  format = format.optional()
  /**
   * Names of the columns, or names with types. Other columns ride along untouched. Values are brought to their types
   * and a row with one that does not fit is rejected; an empty cell of a column that is no string is null. Nothing is
   * guessed: a cell without a type is text.
   */
  columns = z.union([z.array(z.string()), z.record(z.string(), columnType)]).optional()
  /**
   * Checks and shapes each row; one that does not fit is rejected. Cells of CSV and TSV are turned into the numbers,
   * booleans, lists and objects that the schema asks for.
   */
  schema = z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional()
  /** The column whose value is the row's id; a second row of the same key is rejected. */
  key = z.string().optional()
  /**
   * The text's encoding: any label of `TextDecoder`, such as utf-16le, gb18030, shift_jis or windows-1252. A byte
   * order mark is recognised by itself. Wrong bytes reject their record; they are never replaced.
   *
   * @default 'utf-8'
   */
  encoding = encoding.optional()
  /** What parts the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  delimiter = delimiter.optional()
  /** The names of the columns of CSV and TSV whose first record is already a row. */
  header = z.array(z.string()).min(1).optional()
  /**
   * What becomes of records of CSV and TSV with fewer cells than the header. `warn`: the columns at their end are missing, and
   * the log says how many records there were; `fill`: those columns are null; `reject`: such a record is rejected.
   *
   * @default 'warn'
   */
  shortRecords = z.enum(['warn', 'fill', 'reject']).optional()
  /** Text and Markdown: a row per line, with the columns `path`, `line` (from 1) and `text`. @default false */
  lines = z.boolean().optional()
}

/** Writing rows to a file. */
export class FileWriteFields {
  path = z.string().min(1)
  /** @default from the file's ending */
  format = format.optional()
  /** What happens when the file exists. @default 'create': it is an error */
  mode = z.enum(['create', 'overwrite']).optional()
  /**
   * Whether the output may be a file of the project itself: its config, `package.json`, `.env`, or a file in `.git`, `.maestro`,
   * or `node_modules`.
   *
   * @default false
   */
  allowProjectFiles = z.boolean().optional()
  /** The columns to write and their order. Not for text. @default all */
  columns = columns()
    .refine((names) => names.length > 0, 'at least one column is expected')
    .optional()
  /** What parts the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  delimiter = delimiter.optional()
  /**
   * How CSV and TSV write text that a spreadsheet would compute, because it begins with `=`, `+`, `-`, `@`, a tab, or a line
   * end: `keep` writes it unchanged; `escape` writes an apostrophe before it. Numbers are never escaped.
   *
   * @default 'keep'
   */
  formulas = z.enum(['keep', 'escape']).optional()
  /**
   * Whether CSV and TSV begin with a byte order mark and end their lines with CRLF, so that Excel recognises UTF-8. Where Excel
   * uses a decimal comma, also set `delimiter: ';'`.
   *
   * @default false
   */
  excel = z.boolean().optional()
  /** Text and Markdown: the column whose text is written, each followed by a line end. @default 'text' */
  column = column().optional()
}

export const readOptions = optionsSchema(FileReadFields)

export type ReadOptions = OutputOf<FileReadFields>
export type WriteOptions = OutputOf<FileWriteFields>

/** Options of reading files, as they are given. */
export interface FileSourceOptions extends OptionsOver<InputOf<FileReadFields>, never> {}
/** Options of writing a file of rows, as they are given. */
export type FileSinkOptions<Row> = OptionsOver<InputOf<FileWriteFields>, Row>
