import { zstdDecompressSync } from 'node:zlib'
import { type ColumnSet, type Columns, MaestroError, rowFromEntries, type SourceBatch } from '@maestro-dataflow/core'
import { assertDistinct } from '../distinct-names.js'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { rowsOfColumns } from '../rows-of-columns.js'
import { reasonOf, unreadable } from '../unreadable.js'
import { type ArrowKind, kindOfField } from './arrow-values.js'
import { withExactTexts } from './exact-texts.js'
import { ipcMessages } from './ipc-messages.js'
import { unpackLz4Frame } from './lz4-frame.js'

const batchRows = 1024
/** The most bytes of a column of one batch of rows. */
const mostColumn = 2 * 1024 ** 3
/** The values as they stand in the file, which are then converted exactly. */
const exact = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true, useDate: false, useMap: true } as const

/** Reads an Arrow file or stream, one batch of rows at a time. */
export async function* readArrow(
  { file, name }: Pick<FoundFile, 'file' | 'name'>,
  asked: ReadonlySet<string> | undefined,
  counted: (bytes: number) => void,
): AsyncGenerator<SourceBatch> {
  const arrow = await library()
  let schema: Uint8Array | undefined
  const dictionaries: Uint8Array[] = []
  let number = 0
  try {
    for await (const { kind, bytes } of ipcMessages(file.stream())) {
      counted(bytes.length)
      if (kind === 'schema') schema = bytes
      else if (kind === 'dictionaries') dictionaries.push(bytes)
      else if (kind === 'rows') {
        if (schema === undefined) throw unreadable('it has no schema')
        const table = arrow.tableFromIPC([schema, ...dictionaries, bytes], exact)
        const columns = table.schema.fields.flatMap((field, index) => {
          const values = withExactTexts(arrow, table.getChildAt(index))
          return asked?.has(field.name) === false
            ? []
            : [{ name: field.name, at: (row: number) => values.at(row), convert: kindOfField(field).convert }]
        })
        for (let start = 0; start < table.numRows; start += batchRows) {
          const end = Math.min(start + batchRows, table.numRows)
          yield rowsOfColumns(columns, { prefix: `${name}:`, first: number + 1, start, end })
          number += end - start
        }
      }
    }
    if (schema === undefined) throw unreadable('it has no schema')
  } catch (error) {
    throw failure(name, error)
  }
}

/** The columns of Arrow files. A column that has different types in two files is unknown. */
export async function arrowColumns(
  files: readonly FoundFile[],
  asked: ReadonlySet<string> | undefined,
): Promise<ColumnSet> {
  const types = new Map<string, Columns[string]>()
  for (const { file, name } of files) {
    const kinds = await kindsOf(file, name)
    for (const [column, { type }] of kinds) {
      const known = types.get(column) ?? type
      types.set(column, known === type ? known : 'unknown')
    }
    const missing = [...(asked ?? [])].filter((one) => !kinds.has(one))
    if (missing.length > 0)
      throw fsError('MAESTRO_FS_COLUMN_MISSING', { path: name, missing, header: [...kinds.keys()] })
  }
  return { columns: rowFromEntries([...types].filter(([name]) => asked?.has(name) !== false)), open: false }
}

async function kindsOf(file: FoundFile['file'], name: string): Promise<ReadonlyMap<string, ArrowKind>> {
  const { tableFromIPC } = await library()
  try {
    for await (const { kind, bytes } of ipcMessages(file.stream())) {
      if (kind !== 'schema') continue
      const { fields } = tableFromIPC([bytes]).schema
      assertDistinct(fields.map((field) => field.name))
      return new Map(fields.map((field) => [field.name, kindOfField(field)]))
    }
    throw unreadable('it has no schema')
  } catch (error) {
    throw failure(name, error)
  }
}

function failure(path: string, error: unknown): MaestroError {
  if (MaestroError.is(error) && error.code !== 'MAESTRO_FS_CONTENT') return error
  return fsError('MAESTRO_FS_ARROW', { path, reason: reasonOf(error) }, error)
}

/** The library, which learns the compressions of Arrow when it is first needed. */
async function library() {
  const arrow = await import('@uwdata/flechette')
  const encode = (bytes: Uint8Array) => bytes
  const bounded = (length: number) => {
    if (length > mostColumn) throw unreadable(`a column of a batch takes ${Math.ceil(length / 1e6)} MB`)
    return Math.max(1, length)
  }
  arrow.setCompressionCodec(arrow.CompressionType.LZ4_FRAME, {
    encode,
    decode: ((bytes: Uint8Array, length: number) => {
      bounded(length)
      return unpackLz4Frame(bytes, length)
    }) as never,
  })
  arrow.setCompressionCodec(arrow.CompressionType.ZSTD, {
    encode,
    decode: ((bytes: Uint8Array, length: number) =>
      new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: bounded(length) }))) as never,
  })
  return arrow
}
