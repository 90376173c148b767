import { type ColumnSet, columnNames } from '@maestro-dataflow/core'
import { byteOrderMark, longestMark } from '../decode-text.js'
import { fsError } from '../errors.js'
import { isDelimited } from '../format.js'
import type { FoundFile } from '../found-file.js'
import type { WriteOptions } from '../options.js'
import { readBytes } from '../read-bytes.js'
import { readHeader } from '../read-delimited.js'
import type { EncoderState } from '../row-encoder.js'

/** What a text file begins with when rows are appended to it. */
export interface Beginning {
  /** The content of the file, and a line end if its last line has none. */
  bytes(): AsyncIterable<Buffer>
  readonly encoder: EncoderState
}

/**
 * The beginning of an output that goes on behind the lines of an existing file.
 *
 * @throws MAESTRO_FS_APPEND, MAESTRO_FS_HEADER, MAESTRO_FS_COLUMN_MISSING
 */
export async function appendTo(file: FoundFile, options: WriteOptions, known: ColumnSet): Promise<Beginning> {
  await assertUtf8(file)
  const header = isDelimited(file.format) ? await headerOf(file, options, known) : undefined
  return {
    bytes: () => withLineEnd(file),
    encoder: { begun: true, ...(header === undefined || header.length === 0 ? {} : { header }) },
  }
}

async function assertUtf8({ file, name, compression }: FoundFile): Promise<void> {
  if (compression !== undefined) return
  const opened = await file.open()
  try {
    const { encoding } = byteOrderMark(await opened.read(0, longestMark), undefined)
    if (encoding !== 'utf-8') throw fsError('MAESTRO_FS_APPEND', { path: name, reason: `its text is ${encoding}` })
  } finally {
    await opened.close()
  }
}

async function* withLineEnd({ file, name, compression }: FoundFile): AsyncGenerator<Buffer> {
  const text = new TextDecoder('utf-8', { fatal: true })
  let last: number | undefined
  try {
    for await (const chunk of readBytes(file, compression)) {
      text.decode(chunk, { stream: true })
      last = chunk.at(-1) ?? last
      yield chunk
    }
    text.decode()
  } catch (error) {
    throw error instanceof TypeError
      ? fsError('MAESTRO_FS_APPEND', { path: name, reason: 'its text is not UTF-8' })
      : error
  }
  if (last !== undefined && last !== 0x0a) yield Buffer.from('\n')
}

/** The header of the file, which must have the columns that are to be written. */
async function headerOf(
  file: FoundFile,
  { delimiter = file.format === 'tsv' ? '\t' : ',', columns }: WriteOptions,
  known: ColumnSet,
): Promise<readonly string[]> {
  const header = await readHeader(withoutMark(file), file.name, { delimiter, isTold: true })
  const written = columns ?? columnNames(known.columns)
  const missing = written.filter((column) => !header.includes(column))
  if (missing.length > 0 && header.length > 0)
    throw fsError('MAESTRO_FS_COLUMN_MISSING', { path: file.name, missing, header })
  return header
}

async function* withoutMark({ file, compression }: FoundFile): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of readBytes(file, compression)) {
    const start = isFirst && chunk.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0
    isFirst = false
    yield chunk.subarray(start)
  }
}
