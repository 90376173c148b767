import { type Logger, MaestroError } from '@maestro-dataflow/core'
import { headerOf } from '../check-source.js'
import { toUtf8 } from '../decode-text.js'
import { isDelimited } from '../format.js'
import type { FoundFile } from '../found-file.js'
import type { ReadOptions } from '../options.js'
import { readBytes } from '../read-bytes.js'
import { readDelimited, readHeader } from '../read-delimited.js'
import { layoutOf } from '../read-file.js'

/** What separates cells in the files that programs write. */
const delimiters = [',', ';', '\t', '|']
/** The number of records that have to agree. */
const records = 100

/**
 * The delimiter of files of cells if it is not the usual one: the one with which the first records of the first file all
 * have the same number of cells, and more than one. A delimiter that was told, or that none of this is true of, stays.
 */
export async function inferDelimiter([file]: readonly FoundFile[], options: ReadOptions): Promise<string | undefined> {
  if (options.delimiter !== undefined || options.header !== undefined || file === undefined) return options.delimiter
  const usual = layoutOf(file, options).delimiter
  if (await separates(usual, file, options)) return undefined
  for (const delimiter of delimiters)
    if (delimiter !== usual && (await separates(delimiter, file, options))) return delimiter
  return undefined
}

/** Warns of a file whose cells nothing separates, although another delimiter would. Nothing is read otherwise than told. */
export async function warnOfDelimiter(
  files: readonly FoundFile[],
  options: ReadOptions,
  logger: Logger | undefined,
): Promise<void> {
  const [file] = files
  const isTold = options.delimiter !== undefined || options.header !== undefined
  // The header of a remote file would be another request.
  if (logger === undefined || isTold || file?.file.localPath === undefined || !isDelimited(file.format)) return
  const [only = '', ...others] = await headerOf(file, options)
  if (others.length > 0 || !delimiters.some((delimiter) => only.includes(delimiter))) return
  const delimiter = await inferDelimiter(files, options)
  if (delimiter === undefined) return
  logger.warn('All cells of each record are one column; the option `delimiter` says what separates them.', {
    path: file.name,
    column: only,
    delimiter,
  })
}

async function separates(delimiter: string, file: FoundFile, { encoding }: ReadOptions): Promise<boolean> {
  const bytes = () => toUtf8(readBytes(file.file, file.compression), encoding)
  try {
    const header = await readHeader(bytes(), file.name, { delimiter })
    if (header.length < 2) return false
    let seen = 0
    for await (const batch of readDelimited(bytes(), file.name, { delimiter, shortRecords: 'reject' })) {
      const wrong = batch.rejects?.[0]
      if (wrong !== undefined && seen + (wrong.after ?? 0) < records) return false
      seen += batch.rows.length
      if (seen >= records) break
    }
    return true
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_FS_HEADER')) return false
    throw error
  }
}
