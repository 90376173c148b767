import { declaredNames, textColumns } from './asked-columns.js'
import { byteOrderMark, longestMark, toUtf8 } from './decode-text.js'
import { fsError } from './errors.js'
import { isDelimited, isText } from './format.js'
import type { FoundFile } from './found-file.js'
import type { ReadOptions } from './options.js'
import { readBytes } from './read-bytes.js'
import { readHeader } from './read-delimited.js'
import { readError } from './read-error.js'
import { layoutOf } from './read-file.js'
import { checkWhere } from './where.js'

/**
 * Checks files before their rows are read: options that apply to none of the files, conditions on values of other types,
 * and declared columns that a header or a text lacks.
 *
 * @throws MAESTRO_FS_OPTION_UNFIT, MAESTRO_FS_WHERE, MAESTRO_FS_COLUMN_MISSING, MAESTRO_FS_HEADER, MAESTRO_STORAGE_READ
 */
export async function checkSource(files: readonly FoundFile[], options: ReadOptions): Promise<void> {
  const path = [options.path].flat().join(', ')
  const delimited = files.filter(({ format }) => isDelimited(format))
  const hasExcel = files.some(({ format }) => format === 'xlsx')
  for (const option of ['sheet', 'headerRow', 'mergedCells', 'cellErrors'] as const) {
    if (options[option] === undefined || hasExcel) continue
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'Excel files', path })
  }
  for (const option of ['delimiter', 'header', 'shortRecords'] as const) {
    if (options[option] === undefined || delimited.length > 0 || (option === 'header' && hasExcel)) continue
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats: 'CSV and TSV files', path })
  }
  if (options.lines !== undefined && !files.some(({ format }) => isText(format))) {
    throw fsError('MAESTRO_FS_OPTION_UNFIT', { option: 'lines', formats: 'text and Markdown files', path })
  }
  // Of many files, only the first ones are opened before the run.
  for (const file of files.slice(0, mostFiles)) await checkWhere(file, options)
  const { key, schema } = options
  const named = declaredNames(options) ?? []
  const declared = key === undefined || schema !== undefined ? named : [...new Set([...named, key])]
  if (declared.length === 0) return
  for (const file of files) {
    if (!isDelimited(file.format) && !isText(file.format)) continue
    const header = isText(file.format) ? Object.keys(textColumns(options)) : await headerOf(file, options)
    const stated = [...header, ...Object.keys(file.partition ?? {})]
    const missing = declared.filter((column) => !stated.includes(column))
    // A file without any record has no rows in which the columns could be missing.
    if (missing.length > 0 && header.length > 0) {
      throw fsError('MAESTRO_FS_COLUMN_MISSING', { path: file.name, missing, header })
    }
  }
}

/** If there are more files, they are not opened to read their columns. */
const mostFiles = 100

/**
 * The columns of CSV and TSV files, from their headers. It is undefined if there are files of other formats or too many
 * files.
 */
export async function headerColumns(
  files: readonly FoundFile[],
  options: ReadOptions,
): Promise<readonly string[] | undefined> {
  if (files.length > mostFiles || files.some(({ format }) => !isDelimited(format))) return undefined
  const names = new Set<string>()
  for (const file of files) for (const name of await headerOf(file, options)) names.add(name)
  return [...names]
}

/** The names in the first record of a file of cells. @throws MAESTRO_FS_HEADER, MAESTRO_STORAGE_READ */
export async function headerOf(file: FoundFile, options: ReadOptions): Promise<readonly string[]> {
  try {
    const bytes = toUtf8(readBytes(file.file, file.compression), options.encoding)
    return await readHeader(bytes, file.name, layoutOf(file, options))
  } catch (error) {
    throw readError(error, file)
  }
}

/** Whether a file begins with a byte order mark, which other programs that read its text may not recognize. */
export async function hasMark({ file }: FoundFile): Promise<boolean> {
  const opened = await file.open()
  try {
    return byteOrderMark(await opened.read(0, longestMark), undefined).length > 0
  } finally {
    await opened.close()
  }
}
