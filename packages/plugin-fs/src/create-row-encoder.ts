import { delimitedEncoder } from './encode-delimited.js'
import { jsonEncoder, jsonlEncoder } from './encode-json.js'
import { textEncoder } from './encode-text.js'
import { type FileFormat, isDelimited, isText } from './format.js'
import type { RowEncoder } from './row-encoder.js'

/** What shapes a file's text. */
export interface EncoderOptions {
  /** The file as messages call it. */
  readonly path: string
  /** The columns of the header, where they are known beforehand. */
  readonly columns: readonly string[] | undefined
  /** Whether rows are cut to these columns; else a row with another one is refused where there is a header. */
  readonly only: boolean
  readonly delimiter: string | undefined
  readonly formulas: 'keep' | 'escape' | undefined
  readonly excel: boolean | undefined
  /** The column that a text file is made of. */
  readonly column: string | undefined
}

export function createRowEncoder(format: FileFormat, options: EncoderOptions): RowEncoder {
  const { path, columns, only, formulas, excel, column = 'text' } = options
  const { delimiter = format === 'csv' ? ',' : '\t' } = options
  if (isText(format)) return textEncoder(path, column)
  if (isDelimited(format)) return delimitedEncoder(path, columns, only, { delimiter, formulas, excel })
  return format === 'json' ? jsonEncoder(only ? columns : undefined) : jsonlEncoder(only ? columns : undefined)
}
