import {
  columnNames,
  defineSink,
  displayPath,
  MaestroError,
  type SinkTarget,
  type StorageCheckContext,
} from '@maestro-dataflow/core'
import { createRowEncoder } from './create-row-encoder.js'
import { fsError } from './errors.js'
import { FileSinkWriter } from './file-sink-writer.js'
import { type FileFormat, formatOf, isDelimited, isPlainJsonl, isText } from './format.js'
import { FileWriteFields, type WriteOptions } from './options.js'
import { outputPath, outputTarget } from './output-path.js'
import { isProjectFile } from './project-files.js'

/** The sink `fs.file`. Rows go to a file beside the target, which replaces the target when all rows are written. */
export const fileSink = defineSink({
  options: FileWriteFields,
  takesJsonLines: isPlainLines,
  target: ({ path }, context) => displayPath(outputTarget(path, context), context.directory),
  async check(options, context) {
    try {
      await place(options, context)
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, context) {
    const { target, format, compression } = await place(options, context)
    const { columns } = context
    const encoder = createRowEncoder(format, {
      path: target.shown,
      columns: options.columns ?? (columns.open ? undefined : columnNames(columns.columns)),
      only: options.columns !== undefined,
      delimiter: options.delimiter,
      formulas: options.formulas,
      excel: options.excel,
      column: options.column,
    })
    return FileSinkWriter.open(target, encoder, compression, {
      plain: isPlainLines(options),
      run: context.runDirectory,
    })
  },
})

/** The path and the format of the output, if it can be written. */
async function place(options: WriteOptions, context: StorageCheckContext & SinkTarget) {
  const target = await outputPath(options.path, context, options.mode === 'overwrite' || context.overwrite)
  if (options.allowProjectFiles !== true && isProjectFile(target.path, context.directory))
    throw fsError('MAESTRO_FS_PROJECT_FILE', { path: target.shown })
  const { format, compression } = formatOf(options.path, options.format)
  assertFits(options, format)
  return { target, format, compression }
}

function isPlainLines({ path, format, columns }: WriteOptions): boolean {
  return columns === undefined && isPlainJsonl(path, format)
}

/** @throws MAESTRO_FS_OPTION_UNFIT for an option that does not apply to the format */
function assertFits(options: WriteOptions, format: FileFormat): void {
  const { path } = options
  for (const option of ['delimiter', 'formulas', 'excel'] as const)
    if (options[option] !== undefined && !isDelimited(format))
      throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'CSV and TSV files', path })
  if (options.column !== undefined && !isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'column', formats: 'text and Markdown files', path })
  if (options.columns !== undefined && isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'columns', formats: 'files of rows with columns', path })
}
