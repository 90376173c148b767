import { open } from 'node:fs/promises'
import { type Batch, columnNames } from '@maestro-dataflow/core'
import { valueToJson } from '../json-value.js'
import type { KnownTypes } from '../parquet/write-parquet.js'
import { readSpoolBatches } from '../spooled/read-spool.js'
import { type Shapes, shapesOf } from '../spooled/spool-shapes.js'
import { type ArrowColumn, arrowColumn } from './arrow-types.js'
import { fileFooter, type RowsBlock } from './file-footer.js'
import { ipcMessages } from './ipc-messages.js'

/**
 * Writes the rows that were held back as an Arrow file. Column types follow from all values of a column.
 *
 * @param given The shapes of the columns, if they are known. @default they are read from the rows
 */
export async function writeArrow(
  spool: string,
  path: string,
  { columns, names }: KnownTypes,
  batchRows: number,
  given?: Shapes,
): Promise<void> {
  const arrow = await import('@uwdata/flechette')
  const { shapes } = given ?? (await shapesOf(spool, names ?? columnNames(columns), columns))
  // The row of the value that is converted, for the error about it.
  let rowId = ''
  const parts = Array.from(shapes, ([name, shape]): [string, ArrowColumn] => [
    name,
    arrowColumn(arrow, shape, (value) => valueToJson(value, name, rowId)),
  ])
  /** The messages of a batch: the schema, and the rows. */
  const messagesOf = async ({ ids, rows }: Batch) => {
    const built = parts.map(([name, { type, convert }]): [string, ReturnType<typeof arrow.columnFromArray>] => [
      name,
      arrow.columnFromArray(
        rows.map((row, index) => {
          rowId = ids[index] ?? ''
          return convert(Object.hasOwn(row, name) ? row[name] : null)
        }),
        type,
      ),
    ])
    const table = arrow.tableFromColumns(built as never)
    for (const [index, [, { metadata }]] of parts.entries()) {
      const field = table.schema.fields[index]
      if (field !== undefined && metadata !== undefined) field.metadata = new Map(metadata)
    }
    const bytes = arrow.tableToIPC(table, { format: 'stream' }) ?? new Uint8Array()
    return Array.fromAsync(ipcMessages(oneChunk(bytes)))
  }
  const file = await open(path, 'wx')
  try {
    let offset = 8
    await file.appendFile(Buffer.from('ARROW1\0\0', 'latin1'))
    const [schema] = await messagesOf({ ids: [], rows: [] })
    if (schema === undefined) return
    await file.appendFile(schema.bytes)
    offset += schema.bytes.length
    const blocks: RowsBlock[] = []
    for await (const batch of readSpoolBatches(spool, batchRows)) {
      for (const { kind, bytes, head } of await messagesOf(batch)) {
        if (kind !== 'rows') continue
        await file.appendFile(bytes)
        blocks.push({ offset, head, body: bytes.length - head })
        offset += bytes.length
      }
    }
    await file.appendFile(Buffer.from('ffffffff00000000', 'hex'))
    await file.appendFile(fileFooter(schema.bytes.subarray(8, schema.head), blocks))
    await file.sync()
  } finally {
    await file.close()
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Buffer> {
  yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
