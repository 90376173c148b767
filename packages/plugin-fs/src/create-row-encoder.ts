import { delimitedEncoder } from './encode-delimited.js'
import { jsonEncoder, jsonlEncoder } from './encode-json.js'
import { textEncoder } from './encode-text.js'
import { type FileFormat, isDelimited, isText } from './format.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'

/** The options that determine the text of a file. */
export interface EncoderOptions {
  /** The file's name in messages. */
  readonly path: string
  /** The columns of the header, if they are known beforehand. */
  readonly columns: readonly string[] | undefined
  /**
   * Whether rows are reduced to these columns. Otherwise, a format with a header refuses a row that has another column.
   */
  readonly only: boolean
  /** The columns whose cells hold JSON, so that the text "10" is not read as the number 10. */
  readonly json: ReadonlySet<string>
  readonly delimiter: string | undefined
  readonly formulas: 'keep' | 'escape' | undefined
  readonly excel: boolean | undefined
  /** The column whose text a text file holds. */
  readonly column: string | undefined
}

/** @param from Where an encoder before has stopped. */
export function createRowEncoder(format: FileFormat, options: EncoderOptions, from?: EncoderState): RowEncoder {
  const { path, columns, only, json, formulas, excel, column = 'text' } = options
  const { delimiter = format === 'csv' ? ',' : '\t' } = options
  if (isText(format)) return textEncoder(path, column, from)
  if (isDelimited(format)) return delimitedEncoder(path, columns, only, { delimiter, json, formulas, excel }, from)
  return format === 'json' ? jsonEncoder(only ? columns : undefined, from) : jsonlEncoder(only ? columns : undefined)
}
