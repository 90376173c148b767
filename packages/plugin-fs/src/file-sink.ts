import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  columnNames,
  defineSink,
  displayPath,
  MaestroError,
  type SinkTarget,
  type SourceBatch,
  type StorageCheckContext,
  type StorageContext,
} from '@maestro-dataflow/core'
import { createRowEncoder } from './create-row-encoder.js'
import { fsError } from './errors.js'
import { excelFault, writeExcel } from './excel/write-excel.js'
import { FileSinkWriter, type FinishFile } from './file-sink-writer.js'
import { openFiles } from './file-source.js'
import { type FileFormat, formatOf, isDelimited, isPlainJsonl, isText, isTyped } from './format.js'
import { FileWriteFields, type ReadOptions, type WriteOptions } from './options.js'
import { outputPath, outputTarget } from './output-path.js'
import { writeParquet } from './parquet/write-parquet.js'
import { isRemote, placeOf } from './places/find-place.js'
import { isProjectFile } from './project-files.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'
import { spoolEncoder } from './spooled/spool-encoder.js'
import { standardInputFormat, standardPath } from './standard-input.js'
import { StandardOutputWriter } from './standard-output-writer.js'

/** The sink `fs.file`. Rows go to a file beside the target, which replaces the target when all rows are written. */
export const fileSink = defineSink({
  options: FileWriteFields,
  takesJsonLines: isPlainLines,
  target: ({ path }, context) =>
    path === standardPath
      ? `standard output of process ${process.pid}`
      : isRemote(path)
        ? path
        : displayPath(outputTarget(path, context), context.directory),
  async mergeable(options, context) {
    if (options.path === standardPath || isRemote(options.path)) return undefined
    const { format } = formatOf(options.path, options.format)
    // A workbook does not keep the types of all values.
    if (isText(format) || format === 'xlsx') return undefined
    const path = outputTarget(options.path, context)
    if (!existsSync(path)) return { exists: false, rows: noRows }
    const reading = { path: options.path, format, delimiter: options.delimiter }
    return { exists: true, rows: () => readOutput(reading, context) }
  },
  async check(options, context) {
    try {
      if (options.path !== standardPath) await place(options, context)
      else if (options.format !== undefined) assertFits(options, options.format)
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, context) {
    if (options.path === standardPath) {
      // A filter of a shell's pipe gives the format that it got.
      const format = options.format ?? (await standardInputFormat()) ?? 'jsonl'
      assertFits(options, format)
      const encoder = encoderFor(options, context, format, 'standard output')
      return StandardOutputWriter.open(encoder, finisherFor(options, context, format))
    }
    const { target, beside, format, compression } = await place(options, context)
    return FileSinkWriter.open({
      target,
      beside,
      compression,
      plain: isPlainLines(options),
      run: context.runDirectory,
      continues: context.continues,
      finish: finisherFor(options, context, format),
      encoder: (from) => encoderFor(options, context, format, target.shown, from),
    })
  },
})

async function* noRows(): AsyncGenerator<SourceBatch> {}

/** The rows of an output, as they were written. */
async function* readOutput(options: ReadOptions, context: StorageContext): AsyncGenerator<SourceBatch> {
  yield* (await openFiles(options, context)).read()
}

/** Makes the file from the rows that were held back, for a format that must know all of them. */
function finisherFor(
  options: WriteOptions,
  { columns: known }: SinkTarget,
  format: FileFormat,
): FinishFile | undefined {
  const { columns: names, compression = 'snappy', rowGroup = 100_000 } = options
  if (format === 'xlsx')
    return (spool, path) => writeExcel(spool, path, { columns: known.columns, names, sheet: options.sheet })
  if (format !== 'parquet') return undefined
  return (spool, path) => writeParquet(spool, path, { columns: known.columns, names }, { compression, rowGroup })
}

function encoderFor(
  { columns, delimiter, formulas, excel, column }: WriteOptions,
  { columns: known }: SinkTarget,
  format: FileFormat,
  path: string,
  from?: EncoderState,
): RowEncoder {
  if (isTyped(format)) {
    const check = format === 'xlsx' ? excelFault : undefined
    return spoolEncoder(path, columns, known.open ? undefined : known.columns, check)
  }
  const options = {
    path,
    columns: columns ?? (known.open ? undefined : columnNames(known.columns)),
    only: columns !== undefined,
    delimiter,
    formulas,
    excel,
    column,
  }
  return createRowEncoder(format, options, from)
}

/** The path and the format of the output, if it can be written. */
async function place(options: WriteOptions, context: StorageCheckContext & SinkTarget & { runDirectory?: string }) {
  const { path } = options
  const { format, compression } = formatOf(path, options.format)
  assertFits(options, format)
  const replace = options.mode === 'overwrite' || context.overwrite
  if (isRemote(path)) {
    const target = await (await placeOf(path, { s3: options.s3, hub: options.hub }, context)).output(path, replace)
    // The rows are gathered on this machine, so that an unfinished output goes on and nothing of it is visible.
    return { target, beside: join(context.runDirectory ?? '', basename(path)), format, compression }
  }
  const target = await outputPath(path, context, replace)
  if (options.allowProjectFiles !== true && isProjectFile(target.path, context.directory))
    throw fsError('MAESTRO_FS_PROJECT_FILE', { path: target.shown })
  return { target, beside: target.path, format, compression }
}

function isPlainLines({ path, format, columns }: WriteOptions): boolean {
  return columns === undefined && path !== standardPath && isPlainJsonl(path, format)
}

/** @throws MAESTRO_FS_OPTION_UNFIT for an option that does not apply to the format */
function assertFits(options: WriteOptions, format: FileFormat): void {
  const { path } = options
  for (const option of ['delimiter', 'formulas', 'excel'] as const)
    if (options[option] !== undefined && !isDelimited(format))
      throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'CSV and TSV files', path })
  for (const option of ['compression', 'rowGroup'] as const)
    if (options[option] !== undefined && format !== 'parquet')
      throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'Parquet files', path })
  if (options.sheet !== undefined && format !== 'xlsx')
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'sheet', formats: 'Excel files', path })
  if (options.column !== undefined && !isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'column', formats: 'text and Markdown files', path })
  if (options.columns !== undefined && isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'columns', formats: 'files of rows with columns', path })
}
