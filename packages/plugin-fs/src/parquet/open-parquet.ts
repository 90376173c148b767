import type { FileMetaData, SchemaElement } from 'hyparquet'
import { fsError } from '../errors.js'
import type { OpenedFile, StoredFile } from '../places/stored-file.js'
import { reasonOf, unreadable } from '../unreadable.js'
import { decompressors } from './codecs.js'
import { groupValues } from './group-values.js'
import { columnsOfFile, type ParquetColumn } from './parquet-columns.js'

/** An open Parquet file. */
export interface ParquetFile {
  readonly metadata: FileMetaData
  readonly columns: readonly ParquetColumn[]
  /** The descriptions of the columns, in their order. */
  readonly elements: readonly SchemaElement[]
  /** The values of a row group: for each of these columns, one for each row. */
  valuesOf(group: number, columns: readonly ParquetColumn[]): Promise<readonly ArrayLike<unknown>[]>
  close(): Promise<void>
}

/** The bytes at the end of a file that are read at once for its description. A longer description is read in a second step. */
const descriptionBytes = 1 << 16

/** The most bytes that the columns of one row group take in memory when they are unpacked. */
const mostGroupBytes = 4 * 1024 ** 3

/** @throws MAESTRO_FS_PARQUET for a file that is damaged or uses what cannot be read */
export async function openParquet(stored: StoredFile, name: string): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const handle = await stored.open()
  const fail = (reason: string, cause?: unknown) => fsError('MAESTRO_FS_PARQUET', { path: name, reason }, cause)
  try {
    const { size } = handle
    await assertWhole(handle, fail)
    const slice = (start: number, end = size) => {
      const bytes = bytesOf(handle, start, end)
      // The library asks for several ranges at once, and leaves the others when one fails.
      bytes.catch(() => undefined)
      return bytes
    }
    const file = { byteLength: size, slice }
    const settings = { geoparquet: false, initialFetchSize: descriptionBytes }
    const metadata = await parquetMetadataAsync(file, settings).catch((error: unknown) => {
      throw fail('its description at the end cannot be read; the file may be damaged', error)
    })
    const schema = readable(() => parquetSchema(metadata), fail)
    const columns = readable(() => columnsOfFile(metadata, schema), fail)
    return {
      metadata,
      columns,
      elements: schema.children.map(({ element }) => element),
      async valuesOf(group, asked) {
        assertGroup(metadata, group, asked, fail)
        const values = await groupValues({ file, metadata, schema }, group, asked).catch((error: unknown) => {
          throw fail(`row group ${group + 1} cannot be read: ${faultOf(error)}`, error)
        })
        const rows = Number(metadata.row_groups[group]?.num_rows)
        const wrong = values.find(({ length }) => length !== rows)
        if (wrong !== undefined) throw fail(`row group ${group + 1} holds ${wrong.length} rows instead of ${rows}`)
        return values
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function faultOf(error: unknown): string {
  const isDeep = error instanceof RangeError && error.message.includes('call stack')
  return isDeep ? 'its columns are nested too deep' : reasonOf(error)
}

type Fail = (reason: string, cause?: unknown) => Error

async function assertWhole(handle: OpenedFile, fail: Fail): Promise<void> {
  const { size } = handle
  if (size === 0) throw fail('it is empty')
  const [start, end] = [await textAt(handle, 0), size < 12 ? '' : await textAt(handle, size - 4)]
  if (start === 'PARE' || end === 'PARE') throw fail('it is encrypted')
  if (start !== 'PAR1') throw fail('it is no Parquet file')
  if (end !== 'PAR1') throw fail('it is cut off')
}

async function textAt(handle: OpenedFile, position: number): Promise<string> {
  return (await handle.read(position, position + 4)).toString('latin1')
}

async function bytesOf(handle: OpenedFile, start: number, end: number): Promise<ArrayBuffer> {
  // A damaged description may name any place.
  if (!(start >= 0 && end >= start)) throw unreadable('it is damaged')
  const bytes = await handle.read(start, end)
  if (bytes.length < end - start) throw unreadable('the file ends too early')
  return isWhole(bytes) ? bytes.buffer : new Uint8Array(bytes).buffer
}

/** Whether the bytes fill their memory, so that they need no copy. */
const isWhole = (bytes: Buffer): bytes is Buffer<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength

function assertGroup({ row_groups: groups }: FileMetaData, group: number, asked: readonly ParquetColumn[], fail: Fail) {
  const names = new Set(asked.map(({ name }) => name))
  let bytes = 0
  for (const column of groups[group]?.columns ?? []) {
    const { meta_data: data, crypto_metadata: key, encrypted_column_metadata: hidden } = column
    const isAsked = data === undefined || names.has(data.path_in_schema[0] ?? '')
    // The description at the end may be readable although columns are encrypted.
    if (isAsked && (key ?? hidden) !== undefined) throw fail('it is encrypted')
    if (data === undefined || !isAsked) continue
    const { codec } = data
    if (codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY' && decompressors[codec] === undefined)
      throw fail(`its compression ${codec ?? 'is unknown and'} is not supported`)
    bytes += Number(data.total_uncompressed_size)
  }
  if (bytes > mostGroupBytes)
    throw fail(
      `row group ${group + 1} takes ${Math.ceil(bytes / 1e9)} GB; write it with smaller row groups, or read fewer columns`,
    )
}

function readable<Result>(read: () => Result, fail: Fail): Result {
  try {
    return read()
  } catch (error) {
    throw fail(faultOf(error), error)
  }
}
