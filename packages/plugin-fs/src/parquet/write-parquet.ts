import { open } from 'node:fs/promises'
import { type Columns, type ColumnType, columnNames } from '@maestro-dataflow/core'
import type { SchemaElement } from 'hyparquet'
import { fsError } from '../errors.js'
import { valueToJson } from '../json-value.js'
import { readSpoolBatches } from '../spooled/read-spool.js'
import { type Shapes, shapesOf } from '../spooled/spool-shapes.js'
import { compressors } from './codecs.js'
import type { Shape } from './column-shape.js'
import { typesKey } from './parquet-columns.js'
import type { ParquetLayout } from './parquet-layout.js'
import { storedAs } from './parquet-schema.js'
import { isWrittenByEngine } from './written-by-engine.js'

/** What the plan knows of the columns, in the order in which they are written. */
export interface KnownTypes {
  readonly columns: Columns
  /** The only columns to write, in their order. @default those of the plan, and then those that rows have */
  readonly names: readonly string[] | undefined
}

/**
 * Writes the rows that were held back as a Parquet file. Column types follow from all values of a column.
 *
 * @param given The shapes of the columns, if they are known. @default they are read from the rows
 */
export async function writeParquet(
  spool: string,
  path: string,
  { columns, names }: KnownTypes,
  layout: ParquetLayout,
  given?: Shapes,
): Promise<void> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const found = given ?? (await shapesOf(spool, names ?? columnNames(columns), columns))
  const { shapes } = found
  if (shapes.has('__proto__')) throw fsError('MAESTRO_FS_PARQUET_NAME', { column: '__proto__' })
  if (await isWrittenByEngine(spool, path, found, layout)) return
  const { compression, rowGroup } = layout
  // The row of the value that is converted, for the error about it.
  let rowId = ''
  const parts = Array.from(shapes, ([name, shape]) => {
    const stored = storedAs(name, shape, (value) => valueToJson(value, name, rowId))
    return { name, ...stored }
  })
  const root: SchemaElement = { name: 'schema', num_children: parts.length }
  const file = await open(path, 'wx')
  try {
    const bytes = new ByteWriter()
    const writer = new ParquetWriter({
      writer: bytes,
      schema: [root, ...parts.flatMap(({ elements }) => elements)],
      codec: compression === 'none' ? 'UNCOMPRESSED' : (compression.toUpperCase() as 'SNAPPY'),
      compressors: { ...compressors },
      kvMetadata: [{ key: typesKey, value: JSON.stringify(notedTypes(shapes)) }],
      createdBy: 'maestro-dataflow',
    })
    // The offsets that the writer counts go on when its bytes have been written to the file.
    const flush = async () => {
      await file.appendFile(new Uint8Array(bytes.buffer, 0, bytes.index))
      bytes.index = 0
    }
    for await (const { ids, rows } of readSpoolBatches(spool, rowGroup)) {
      const columnData = parts.map(({ name, convert }) => ({
        name,
        data: rows.map((row, index) => {
          rowId = ids[index] ?? ''
          return convert(Object.hasOwn(row, name) ? row[name] : null)
        }),
      }))
      writer.write({ columnData, rowGroupSize: rows.length })
      await flush()
    }
    // Many programs know only the older mark of JSON. The writer would encode the values of such a column itself.
    for (const element of writer.schema) if (element.logical_type?.type === 'JSON') element.converted_type = 'JSON'
    writer.finish()
    await flush()
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The types that a reader of ours restores: Parquet does not tell big integers from small ones. */
function notedTypes(shapes: ReadonlyMap<string, Shape>): Readonly<Record<string, ColumnType>> {
  const noted = Array.from(shapes).filter(([, shape]) => shape.kind === 'integer' && !shape.hasNumbers)
  return Object.fromEntries(noted.map(([name]) => [name, 'bigint']))
}
