import { hash } from 'node:crypto'
import { join } from 'node:path'
import {
  type Columns,
  columnNames,
  MaestroError,
  rowWith,
  type SinkTarget,
  type SinkWriter,
  type StorageCheckContext,
  type StorageContext,
} from '@maestro-dataflow/core'
import { arrowColumns } from './arrow/read-arrow.js'
import { writeArrow } from './arrow/write-arrow.js'
import { createRowEncoder } from './create-row-encoder.js'
import { cellFault } from './encode-delimited.js'
import { fsError } from './errors.js'
import { excelFault, writeExcel } from './excel/write-excel.js'
import { FileSinkWriter, type FileWriting, type FindUnheld, type Finishing } from './file-sink-writer.js'
import { findFiles } from './find-files.js'
import { type Compression, type FileFormat, formatOf, isDelimited, isText, isTyped } from './format.js'
import type { FoundFile } from './found-file.js'
import { jsonFault } from './json-value.js'
import { appendTo } from './merged/append-to.js'
import { BaseOfAppend } from './merged/base-of-append.js'
import { finishText, withJsonTexts } from './merged/encode-file.js'
import { notingMixedColumns } from './merged/may-mix.js'
import { finishMerged, unheldInMerged } from './merged/merge-rows.js'
import type { WriteOptions } from './options.js'
import { assertFits } from './options-fit.js'
import { outputPath } from './output-path.js'
import { parquetColumns } from './parquet/read-parquet.js'
import { writeParquet } from './parquet/write-parquet.js'
import { isRemote, placeOf } from './places/find-place.js'
import type { Destination } from './places/place.js'
import { isProjectFile } from './project-files.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'
import { spoolEncoder } from './spooled/spool-encoder.js'
import { RunningShapes, shapesOf } from './spooled/spool-shapes.js'
import { unheldRows } from './spooled/unheld-values.js'
import { jsonColumns } from './typed-columns.js'

type OpenContext = StorageContext & SinkTarget

/** The destination and the format of an output, if it can be written. */
export interface OutputTarget {
  readonly target: Destination
  /** The path beside which rows are gathered. */
  readonly beside: string
  readonly format: FileFormat
  readonly compression: Compression
}

/** @throws what `Place.output` and `outputPath` throw, MAESTRO_FS_OPTION_UNFIT, MAESTRO_FS_PROJECT_FILE */
export async function placeOutput(
  options: WriteOptions,
  context: StorageCheckContext & SinkTarget,
): Promise<OutputTarget> {
  const { path, mode = 'create' } = options
  const { format, compression } = formatOf(path, options.format)
  assertFits(options, format)
  const replace = mode !== 'create' || context.overwrite
  if (isRemote(path)) {
    const target = await (await placeOf(path, { s3: options.s3, hub: options.hub }, context)).output(path, replace)
    // The rows are gathered on this machine, so that an unfinished output goes on and nothing of it is visible.
    const beside = join(context.runDirectory ?? '', hash('sha256', path).slice(0, 16))
    return { target, beside, format, compression }
  }
  const target = await outputPath(path, context, replace)
  if (options.allowProjectFiles !== true && isProjectFile(target.path, context))
    throw fsError('MAESTRO_FS_PROJECT_FILE', { path: target.shown })
  return { target, beside: target.path, format, compression }
}

/** Opens a writer for one file. */
export async function openOutput(options: WriteOptions, context: OpenContext, isPlain: boolean): Promise<SinkWriter> {
  const output = await placeOutput(options, context)
  const { beside, format, compression } = output
  const common = { beside, compression, run: context.runDirectory, continues: context.continues }
  const there = await existingFile(options, context)
  const { existing, target } = await withBase(there, options, context, output.target)
  if (existing === undefined)
    return FileSinkWriter.open({
      ...common,
      target,
      plain: isPlain,
      ...finisherFor(options, context, format),
      parquet: format === 'parquet' ? plainParquet(options) : undefined,
      encoder: (from) => encoderFor(options, context, format, target.shown, from),
    })
  const unchanged = await unlessChanged(there ?? existing, options, context, target)
  if (options.mode === 'append' && !isTyped(format) && format !== 'json') {
    const { bytes, encoder } = await appendTo(existing, options, context.columns)
    return FileSinkWriter.open({
      ...common,
      target: unchanged,
      plain: false,
      beginning: bytes,
      encoder: (from) => encoderFor(options, context, format, target.shown, from ?? encoder),
    })
  }
  const before = await typesBefore(existing)
  return FileSinkWriter.open({
    ...common,
    compression: undefined,
    target: unchanged,
    plain: false,
    ...mergingFinisher(options, context, existing, before, output),
    encoder: () => {
      // The cells of the existing file are texts of JSON already.
      const json = isDelimited(format) ? jsonColumns(context.columns.columns) : new Set<string>()
      const encoder = spoolEncoder(target.shown, options.columns, undefined, textFault(format))
      return withJsonTexts(notingMixedColumns(encoder, before), json)
    },
  })
}

/** What a text format cannot hold of a value. */
function textFault(format: FileFormat): ((value: unknown) => string | undefined) | undefined {
  if (isTyped(format)) return undefined
  return isDelimited(format) ? cellFault : jsonFault
}

/** The file whose rows stay, if there is one. */
async function existingFile(options: WriteOptions, context: OpenContext): Promise<FoundFile | undefined> {
  const { path, mode, format, s3, hub } = options
  if (mode !== 'append' && mode !== 'upsert') return undefined
  try {
    const [file] = await findFiles({ path, format, s3, hub }, context)
    if (file === undefined || file.file.size === 0) return undefined
    // The columns that folders state are not those of the file, and do not become so.
    const { partition: _, ...own } = file
    return own
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_STORAGE_NOT_FOUND') || MaestroError.is(error, 'MAESTRO_FS_FOLDER_EMPTY'))
      return undefined
    throw error
  }
}

/** The file to whose rows others are added, and the destination that notes them. */
async function withBase(
  there: FoundFile | undefined,
  { mode, path }: WriteOptions,
  { runDirectory }: OpenContext,
  target: Destination,
): Promise<{ readonly existing: FoundFile | undefined; readonly target: Destination }> {
  if (mode !== 'append') return { existing: there, target }
  const base = new BaseOfAppend(runDirectory, path)
  const existing = await base.find(there)
  return {
    existing,
    target: {
      ...target,
      async publish(file, rows) {
        await base.keep(existing, file)
        await target.publish(file, rows)
      },
    },
  }
}

/** The destination, unless the existing file has changed when the new one is ready: its rows would be lost. */
async function unlessChanged(
  existing: FoundFile,
  options: WriteOptions,
  context: OpenContext,
  target: Destination,
): Promise<Destination> {
  const known = await existing.file.identity(false)
  return {
    ...target,
    // An output without new rows loses nothing.
    isFilled: false,
    async publish(file, rows) {
      const now = await existingFile(options, context)
      if ((await now?.file.identity(false)) !== known) throw fsError('MAESTRO_FS_CHANGED', { path: target.shown })
      await target.publish(file, rows)
    },
  }
}

function mergingFinisher(
  options: WriteOptions,
  context: OpenContext,
  existing: FoundFile,
  before: Columns,
  { target, format, compression }: OutputTarget,
): Finishing {
  const { mode, key, delimiter, formulas, excel, column } = options
  const read = { path: options.path, delimiter }
  const { columns: given } = context.columns
  const columns = rowWith(
    before,
    columnNames(given).map((name) => [name, given[name]]),
  ) as Columns
  const known = { ...context, columns: { columns, open: true } }
  const { finish, unheld } = finisherFor({ ...options, columns: undefined }, known, format)
  const finishAll =
    finish ??
    finishText(format, compression, { path: target.shown, json: new Set(), delimiter, formulas, excel, column })
  const isDecimal = key !== undefined && Object.hasOwn(columns, key) && columns[key] === 'decimal'
  const merging = { existing, read, key: mode === 'upsert' ? key : undefined, isDecimal }
  return {
    finish: finishMerged(merging, finishAll),
    unheld: unheld && unheldInMerged(merging, unheld),
  }
}

/** The types of the existing columns, which their values alone do not show. */
async function typesBefore(existing: FoundFile): Promise<Columns> {
  if (existing.format === 'parquet') return (await parquetColumns([existing], undefined)).columns
  return existing.format === 'arrow' ? (await arrowColumns([existing], undefined)).columns : {}
}

/** How a table engine may write the file. Row groups of a given size and chosen columns are written here alone. */
function plainParquet({ columns, rowGroup, compression = usualCompression }: WriteOptions): FileWriting['parquet'] {
  return columns === undefined && rowGroup === undefined ? { compression, rowGroup: usualRowGroup } : undefined
}

const usualCompression = 'snappy'
const usualRowGroup = 100_000

/** Makes the file from the rows that were held back, for a format that must know all of them. */
export function finisherFor(
  options: WriteOptions,
  { columns: known, writeParquet: byEngine }: SinkTarget & Pick<StorageContext, 'writeParquet'>,
  format: FileFormat,
): Finishing {
  const { columns: names, compression = usualCompression, rowGroup = usualRowGroup } = options
  if (format === 'xlsx') {
    const sheets = { columns: known.columns, names, sheet: options.sheet, sheetBy: options.sheetBy }
    return { finish: (spool, path) => writeExcel(spool, path, sheets) }
  }
  const types = { columns: known.columns, names }
  const unheld: FindUnheld = async (spool, shapes) =>
    unheldRows(
      spool,
      shapes ?? (await shapesOf(spool, names ?? columnNames(known.columns), known.columns)),
      known.columns,
    )
  if (format === 'arrow')
    return { finish: (spool, path, shapes) => writeArrow(spool, path, types, rowGroup, shapes), unheld }
  if (format !== 'parquet') return {}
  // A database makes row groups of about a size.
  const engine = options.rowGroup === undefined ? byEngine : undefined
  const layout = { compression, rowGroup, engine }
  return { finish: (spool, path, shapes) => writeParquet(spool, path, types, layout, shapes), unheld }
}

export function encoderFor(
  { columns, delimiter, formulas, excel, column, sheetBy }: WriteOptions,
  { columns: known }: SinkTarget,
  format: FileFormat,
  path: string,
  from?: EncoderState,
): RowEncoder {
  if (isTyped(format)) {
    const check = (value: unknown, name: string) => excelFault(value, name, sheetBy)
    const closed = known.open ? undefined : known.columns
    if (format === 'xlsx') return spoolEncoder(path, columns, closed, check)
    // A resumed run has not seen the first rows.
    const shapes =
      from === undefined ? new RunningShapes(columns ?? columnNames(known.columns), known.columns) : undefined
    return spoolEncoder(path, columns, closed, undefined, shapes, known.columns)
  }
  const only = columns !== undefined && !isText(format)
  const names = columns ?? (known.open ? undefined : columnNames(known.columns))
  const json = jsonColumns(known.columns)
  return createRowEncoder(format, { path, columns: names, only, json, delimiter, formulas, excel, column }, from)
}
