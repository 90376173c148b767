import type { Columns, Logger, SourceBatch } from '@maestro-dataflow/core'
import { readArrow } from './arrow/read-arrow.js'
import { askedColumns } from './asked-columns.js'
import type { ToldFormats } from './cells/told-formats.js'
import { toUtf8 } from './decode-text.js'
import { type ExcelLayout, readExcel } from './excel/read-excel.js'
import { type FilePlace, fileStart } from './file-place.js'
import { isDelimited, isText, isTyped } from './format.js'
import type { FoundFile } from './found-file.js'
import type { ReadOptions } from './options.js'
import { readParquet } from './parquet/read-parquet.js'
import { addPartition } from './partitions/read-partitions.js'
import { readBytes } from './read-bytes.js'
import { type DelimitedLayout, readDelimited, readLayout } from './read-delimited.js'
import { readError } from './read-error.js'
import { readJson } from './read-json.js'
import { readJsonl } from './read-jsonl.js'
import { readText, readTextLines } from './read-text.js'
import { cellsForSchema } from './schema-cells.js'
import { withDeclaredColumns } from './typed-columns.js'
import { knownTypes, matchingRows } from './where.js'

/** The functions that receive what is read. */
export interface ReadObservers {
  counted(bytes: number): void
  readonly logger?: Logger | undefined
}

/**
 * The rows of one file: the columns that are asked for, converted to their declared types.
 *
 * @param from Where to begin, in a file that is not compressed and whose text is UTF-8 without a mark.
 * @throws MAESTRO_STORAGE_READ
 */
export async function* readFile(
  file: FoundFile,
  options: ReadOptions,
  observers: ReadObservers,
  from: FilePlace = fileStart,
): AsyncGenerator<SourceBatch> {
  const { columns } = options
  const types = columns === undefined || Array.isArray(columns) ? {} : columns
  try {
    const records = await readRecords(file, options, observers, from)
    // The reader of cells has left out the others already.
    const asked = isDelimited(file.format) || isTyped(file.format) ? undefined : askedColumns(options)
    const written = isDelimited(file.format) ? 'cells' : file.format === 'xlsx' ? 'typed cells' : 'json'
    const own = withDeclaredColumns(records, types, asked, written, toldFormats(file, options))
    const typed = file.partition === undefined ? own : addPartition(own, file, types, askedColumns(options))
    const convert =
      options.schema !== undefined && isDelimited(file.format) ? cellsForSchema(options.schema) : undefined
    const chosen =
      options.where === undefined ? typed : matchingRows(typed, options.where, await knownTypes(file, types))
    if (convert === undefined) yield* chosen
    else for await (const batch of chosen) yield { ...batch, rows: batch.rows.map(convert) }
  } catch (error) {
    throw readError(error, file)
  }
}

/** The conditions that compare values in the order in which the file has them: not those on texts of decimal numbers. */
function comparedAsStored({ where = {}, columns }: ReadOptions): Readonly<Record<string, unknown>> {
  if (columns === undefined || Array.isArray(columns)) return where
  const types: Columns = columns
  return Object.fromEntries(Object.entries(where).filter(([name]) => types[name] !== 'decimal'))
}

async function readRecords(
  file: FoundFile,
  options: ReadOptions,
  { counted, logger }: ReadObservers,
  from: FilePlace,
): Promise<AsyncIterable<SourceBatch>> {
  if (file.format === 'parquet') return readParquet(file, askedColumns(options), counted, comparedAsStored(options))
  if (file.format === 'arrow') return readArrow(file, askedColumns(options), counted)
  if (file.format === 'xlsx') return readExcel(file, excelLayoutOf(options))
  const isLines = file.format === 'jsonl' || (isText(file.format) && options.lines === true)
  const raw = readBytes(file.file, file.compression, counted, from.offset, isLines)
  const bytes = from.offset > 0 ? raw : toUtf8(raw, options.encoding)
  if (isDelimited(file.format)) {
    const told = layoutOf(file, options)
    const layout = from.offset > 0 ? await readLayout(readBytes(file.file, file.compression), file.name, told) : told
    const warn = (count: number, first: string) =>
      logger?.warn('Records have fewer cells than the header; the option `shortRecords` says what becomes of them.', {
        records: count,
        first,
      })
    return readDelimited(bytes, file.name, layout, warn, from)
  }
  if (isText(file.format)) return options.lines === true ? readTextLines(bytes, file.name) : readText(bytes, file.name)
  return file.format === 'json' ? readJson(bytes, file.name) : readJsonl(bytes, file.name, from)
}

/** What was told about texts: those of CSV, TSV, and Excel are written by people. */
const toldFormats = ({ format }: FoundFile, { numberFormat, dateFormat }: ReadOptions): ToldFormats =>
  isDelimited(format) || format === 'xlsx' ? { numberFormat, dateFormat } : {}

/** The separator and the column names of a file of cells. */
export function layoutOf(file: FoundFile, options: ReadOptions): DelimitedLayout {
  const { delimiter = file.format === 'tsv' ? '\t' : ',', header, shortRecords } = options
  return { delimiter, isTold: options.delimiter !== undefined, header, shortRecords, asked: askedColumns(options) }
}

/** How a workbook is read. */
export function excelLayoutOf(options: ReadOptions): ExcelLayout {
  const { sheet, headerRow, header, mergedCells, cellErrors } = options
  return { sheet, headerRow, header, mergedCells, cellErrors, asked: askedColumns(options) }
}
