import {
  column,
  columns,
  columnTypes,
  conditionFault,
  type InputOf,
  isSchema,
  type OptionsOver,
  type OutputOf,
  optionsSchema,
  type Schema,
  s3Options,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { dateFormats, numberFormats } from './cells/told-formats.js'
import { isEncoding } from './decode-text.js'
import { isSheetName } from './excel/sheets-of-rows.js'
import { fileFormats } from './format.js'
import { parquetCompressions } from './parquet/parquet-layout.js'
import { hubReadOptions, hubWriteOptions } from './places/hub/hub-options.js'
import { webOptions } from './places/web/web-options.js'

const columnType = z.enum(columnTypes)
const format = z.enum(fileFormats)
const delimiter = z.string().regex(/^[^"\r\n]+$/, 'a delimiter is one or more characters, without quotes and line ends')
const encoding = z
  .string()
  .refine(isEncoding, 'no known encoding; such as utf-8, utf-16le, gb18030, shift_jis or windows-1252')

/** The options for reading files as rows. */
export class FileReadFields {
  /**
   * A path, a glob, a folder, or several of them, relative to the config file. A folder stands for all files in it, at
   * any depth, whose ending is known (with `format`, only the files of that format), sorted by name. `s3://bucket/key`
   * is an object, a glob, or a folder of a bucket, `https://` a file
   * of the web, and `hf://datasets/owner/name` a dataset of the Hugging Face hub. `-` stands for standard input.
   */
  path = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  /**
   * The format of the files. `text` and `markdown` yield one row per file, with the columns `path` and `text`.
   *
   * @default from each file's ending; for standard input, from its first line
   */
  format = format.optional()
  /**
   * The names of the columns to read, or the names with their types. Other columns are left out. Values are converted to
   * their types, and a row with a value that does not fit is rejected. An empty cell is null in any column that is
   * not a string. A cell without a type is text. `'infer'` takes the types of CSV and TSV from the first 10,000 rows,
   * and also the delimiter if it is not told: the plan shows them, and a value that would change, such as 007, stays text.
   */
  columns = z.union([z.array(z.string()), z.record(z.string(), columnType), z.literal('infer')]).optional()
  /**
   * The rows to read, as conditions on columns: `{ lang: 'en', score: { min: 3 } }`, with `min`, `max`, `oneOf`, and
   * `not`. Values are compared after they have got their types, and before `schema`. Other rows are not rows of the
   * source, and no record tells of them. Row groups of Parquet in which no row can match are skipped unread.
   *
   * @default all
   */
  where = z
    .record(z.string(), z.unknown())
    .superRefine((given, context) => {
      const fault = conditionFault(given)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
    })
    .optional()
  /** With `columns: 'infer'`: the types of single columns, instead of those that the sample suggests. */
  types = z.record(z.string(), columnType).optional()
  /**
   * How numbers are written in CSV, TSV, and texts of Excel, for columns of such types: with these signs between groups
   * of digits and before the decimals. A currency may stand before or behind them. Other numbers reject their row.
   *
   * @default as in programs: 1234.56
   */
  numberFormat = z.enum(numberFormats).optional()
  /** The order of day, month, and year in CSV, TSV, and texts of Excel, for date columns. @default ISO 8601 only */
  dateFormat = z.enum(dateFormats).optional()
  /**
   * A schema that validates and transforms each row. A row that does not match is rejected. Cells of CSV and TSV are
   * converted to the numbers, booleans, lists, and objects that the schema expects.
   */
  schema = z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional()
  /** The column whose value becomes the id of the row. A second row with the same key is rejected. */
  key = z.string().optional()
  /**
   * The encoding of the text: any label of `TextDecoder`, such as utf-16le, gb18030, shift_jis, or windows-1252. A byte
   * order mark is recognized automatically. A record with invalid bytes is rejected; invalid bytes are never replaced.
   *
   * @default 'utf-8'
   */
  encoding = encoding.optional()
  /** The separator between the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  delimiter = delimiter.optional()
  /** The names of the columns of CSV and TSV, for files whose first record is already a row. */
  header = z.array(z.string()).min(1).optional()
  /**
   * The sheet of an Excel workbook: its name, its number from 1, or `*` for all sheets.
   *
   * @default the first sheet that is not hidden
   */
  sheet = z.union([z.string(), z.number().int().positive()]).optional()
  /** The number from 1 of the row of an Excel sheet that names the columns. @default the first row with a cell */
  headerRow = z.number().int().positive().optional()
  /** Whether only the first cell of merged Excel cells has their value, or all of them. @default 'first' */
  mergedCells = z.enum(['first', 'fill']).optional()
  /** What an Excel cell with an error such as #N/A does: it rejects its row, or it is null. @default 'reject' */
  cellErrors = z.enum(['reject', 'null']).optional()
  /**
   * The treatment of CSV and TSV records that have fewer cells than the header. `warn`: the last columns are missing,
   * and the log reports the number of such records. `fill`: those columns are null. `reject`: such a record is
   * rejected.
   *
   * @default 'warn'
   */
  shortRecords = z.enum(['warn', 'fill', 'reject']).optional()
  /**
   * Whether Text and Markdown yield one row per line, with the columns `path`, `line` (from 1), and `text`.
   *
   * @default false
   */
  lines = z.boolean().optional()
  /** How the buckets of `s3://` paths are reached. @default the variables AWS_... of the environment */
  s3 = s3Options.optional()
  /** How `https://` paths are read. */
  web = webOptions.optional()
  /** How `hf://` paths are read: which split, from which hub. @default the variables HF_TOKEN and HF_ENDPOINT */
  hub = hubReadOptions.optional()
}

/** The options for writing rows to a file. */
export class FileWriteFields {
  /**
   * A path relative to the config file, `s3://bucket/key`, or
   * `hf://datasets/owner/name/file`. `-` stands for standard output, where the rows appear when all are there.
   */
  path = z.string().min(1)
  /** @default from the file's ending; for standard output, the format of standard input or else JSONL */
  format = format.optional()
  /**
   * The action when the file exists: `create` reports an error; `overwrite` replaces the file; `append` adds the rows
   * behind those of the file; `upsert` replaces the rows of the file that have the `key` of a new row.
   *
   * @default 'create'
   */
  mode = z.enum(['create', 'overwrite', 'append', 'upsert']).optional()
  /** For `upsert`: the column whose value tells which rows are the same. */
  key = column().optional()
  /**
   * Columns whose values become folders before the name of the file: `year=2026/rows.parquet`. The files do not contain
   * these columns. A path without an ending, such as `out`, is the folder of the partitions, and needs a `format`. (A column in the path, such as `out/{label}.jsonl`, chooses the file and stays in it.)
   */
  partitionBy = columns()
    .refine((names) => names.length > 0, 'at least one column is expected')
    .optional()
  /**
   * Whether the output may be a file of the project itself: its config, `package.json`, or a hidden file, or a file in a
   * hidden folder or `node_modules`.
   *
   * @default false
   */
  allowProjectFiles = z.boolean().optional()
  /** The columns to write, in their order. Not for text. @default all */
  columns = columns()
    .refine((names) => names.length > 0, 'at least one column is expected')
    .optional()
  /** The separator between the cells of CSV and TSV. @default ',' for CSV and a tab for TSV */
  delimiter = delimiter.optional()
  /**
   * The treatment of text in CSV and TSV that a spreadsheet would compute because it begins with `=`, `+`, `-`, `@`, a
   * tab, or a line end: `keep` writes it unchanged; `escape` writes an apostrophe before it. Numbers are never escaped.
   *
   * @default 'keep'
   */
  formulas = z.enum(['keep', 'escape']).optional()
  /**
   * Whether CSV and TSV begin with a byte order mark and end their lines with CRLF, so that Excel recognizes UTF-8. If
   * Excel uses a decimal comma, also set `delimiter: ';'`.
   *
   * @default false
   */
  excel = z.boolean().optional()
  /**
   * The compression of the pages of Parquet. Every program reads Snappy; Zstandard makes smaller files.
   *
   * @default 'snappy'
   */
  compression = z.enum(parquetCompressions).optional()
  /** The name of the sheet of an Excel workbook. @default 'Rows' */
  sheet = z
    .string()
    .refine(
      isSheetName,
      'a sheet has a name of 1 to 31 characters, without \\ / ? * [ ] : and without an apostrophe at its ends, and not "History"',
    )
    .optional()
  /** The column whose value names the sheet of a row of Excel. A row without a value goes to `sheet`. */
  sheetBy = column().optional()
  /** The number of rows in one row group of Parquet, or in one batch of Arrow. @default 100000 */
  rowGroup = z.number().int().positive().max(10_000_000).optional()
  /** The column whose text Text and Markdown write, each followed by a line end. @default 'text' */
  column = column().optional()
  /** How the bucket of an `s3://` path is reached. @default the variables AWS_... of the environment */
  s3 = s3Options.optional()
  /** How an `hf://` path is written. @default the variables HF_TOKEN and HF_ENDPOINT */
  hub = hubWriteOptions.optional()
}

export const readOptions = optionsSchema(FileReadFields)

/** The options for reading, as they are given. */
export type GivenReadOptions = OutputOf<FileReadFields>
/** The options for reading, with the columns that were inferred. */
export type ReadOptions = Omit<GivenReadOptions, 'columns' | 'types'> & {
  readonly columns?: Exclude<GivenReadOptions['columns'], 'infer'>
}
export type WriteOptions = OutputOf<FileWriteFields>

/** The options for reading files, as they are written in a pipeline. */
export interface FileSourceOptions extends OptionsOver<InputOf<FileReadFields>, never> {}
/** The options for writing a file of rows, as they are written in a pipeline. */
export type FileSinkOptions<Row> = OptionsOver<InputOf<FileWriteFields>, Row>
