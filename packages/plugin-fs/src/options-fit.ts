import { fsError } from './errors.js'
import { type FileFormat, isDelimited, isText } from './format.js'
import type { WriteOptions } from './options.js'

/** @throws MAESTRO_FS_OPTION_UNFIT for an option that does not apply to the format */
export function assertFits(options: WriteOptions, format: FileFormat): void {
  const { path } = options
  for (const option of ['delimiter', 'formulas', 'excel'] as const)
    if (options[option] !== undefined && !isDelimited(format))
      throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'CSV and TSV files', path })
  if (options.compression !== undefined && format !== 'parquet')
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'compression', formats: 'Parquet files', path })
  if (options.rowGroup !== undefined && format !== 'parquet' && format !== 'arrow')
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'rowGroup', formats: 'Parquet and Arrow files', path })
  for (const option of ['sheet', 'sheetBy'] as const)
    if (options[option] !== undefined && format !== 'xlsx')
      throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'Excel files', path })
  if (options.column !== undefined && !isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'column', formats: 'text and Markdown files', path })
  if (options.columns !== undefined && isText(format))
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'columns', formats: 'files of rows with columns', path })
  if (options.mode === 'upsert' && (options.key === undefined || isText(format)))
    throw isText(format)
      ? fsError('MAESTRO_FS_OPTION_UNFIT', { option: "mode: 'upsert'", formats: 'files of rows with columns', path })
      : fsError('MAESTRO_FS_KEY_MISSING', { path })
  // What a workbook holds besides its rows would be lost.
  if ((options.mode === 'append' || options.mode === 'upsert') && format === 'xlsx')
    throw fsError('MAESTRO_FS_APPEND', { path, reason: 'its other sheets, formulas, and formats would be lost' })
}
