import { type Columns, type Logger, matchingData, type SourceBatch, type SourceReject } from '@maestro-dataflow/core'
import { arrowColumns, readArrow } from './arrow/read-arrow.js'
import { askedColumns } from './asked-columns.js'
import type { ToldFormats } from './cells/told-formats.js'
import { toUtf8 } from './decode-text.js'
import { type ExcelLayout, readExcel } from './excel/read-excel.js'
import { type FilePlace, fileStart } from './file-place.js'
import { isDelimited, isText, isTyped } from './format.js'
import type { FoundFile } from './found-file.js'
import type { ReadOptions } from './options.js'
import { parquetColumns, readParquet } from './parquet/read-parquet.js'
import { addPartition } from './partitions/read-partitions.js'
import { readBytes } from './read-bytes.js'
import { type DelimitedLayout, readDelimited, readHeader } from './read-delimited.js'
import { readError } from './read-error.js'
import { readJson } from './read-json.js'
import { readJsonl } from './read-jsonl.js'
import { readText, readTextLines } from './read-text.js'
import { cellsForSchema } from './schema-cells.js'
import { withDeclaredColumns } from './typed-columns.js'

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

/** Leaves out the rows that do not match. Their records count for the numbers of the others. */
async function* matchingRows(
  batches: AsyncIterable<SourceBatch>,
  where: NonNullable<ReadOptions['where']>,
  types: Columns,
): AsyncGenerator<SourceBatch> {
  const matches = matchingData(where, types)
  for await (const batch of batches) {
    const kept = batch.rows.map(matches)
    const keptUpTo = (row: number) => kept.slice(0, row).filter(Boolean).length
    yield {
      ...batch,
      ids: batch.ids.filter((_, index) => kept[index]),
      rows: batch.rows.filter((_, index) => kept[index]),
      ...(batch.rejects === undefined
        ? {}
        : { rejects: batch.rejects.map((one) => ({ ...one, ...afterOf(one, keptUpTo) })) }),
    }
  }
}

/** The declared types, and those that the file states. */
async function knownTypes(file: FoundFile, declared: Columns): Promise<Columns> {
  const describe = file.format === 'parquet' ? parquetColumns : file.format === 'arrow' ? arrowColumns : undefined
  return describe === undefined ? declared : { ...(await describe([file], undefined)).columns, ...declared }
}

/** The number of rows before a record that could not be read, among those that are kept. */
const afterOf = ({ after }: SourceReject, keptUpTo: (row: number) => number) =>
  after === undefined ? {} : { after: keptUpTo(after) }

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
    const layout = layoutOf(file, options)
    const header =
      from.offset > 0 ? await readHeader(readBytes(file.file, file.compression), file.name, layout) : undefined
    const warn = (count: number, first: string) =>
      logger?.warn('Records have fewer cells than the header; the option `shortRecords` says what becomes of them.', {
        records: count,
        first,
      })
    return readDelimited(bytes, file.name, header === undefined ? layout : { ...layout, header }, warn, from)
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
  return { delimiter, header, shortRecords, asked: askedColumns(options) }
}

/** How a workbook is read. */
export function excelLayoutOf(options: ReadOptions): ExcelLayout {
  const { sheet, headerRow, header, mergedCells, cellErrors } = options
  return { sheet, headerRow, header, mergedCells, cellErrors, asked: askedColumns(options) }
}
