import { parquetMetadata, parquetSchema, type SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { groupValues } from './group-values.js'
import { columnsOfFile } from './parquet-columns.js'

const width = 2000
const names = Array.from({ length: width }, (_, index) => `c${index}`)

/** A file of so many columns of whole numbers, with one row. */
function wideFile(): ArrayBuffer {
  const elements = names.map((name): SchemaElement => ({ name, type: 'INT64', repetition_type: 'OPTIONAL' }))
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({ writer, schema: [{ name: 'schema', num_children: width }, ...elements] })
  parquet.write({ columnData: names.map((name, index) => ({ name, data: [BigInt(index)] })) })
  parquet.finish()
  return writer.getBuffer()
}

test('a wide file is read in a number of steps that grows with its columns, not with their square', async () => {
  const bytes = wideFile()
  const metadata = parquetMetadata(bytes)
  let looks = 0
  const watched = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name, receiver) {
        looks++
        return Reflect.get(target, name, receiver)
      },
    })
  metadata.schema = metadata.schema.map(watched)
  for (const group of metadata.row_groups) group.columns = watched(group.columns.map(watched))
  const schema = parquetSchema(metadata)
  const columns = columnsOfFile(metadata, schema)
  expect(columns.every(({ type }) => type === 'integer')).toBe(true)
  const file = { byteLength: bytes.byteLength, slice: (start: number, end?: number) => bytes.slice(start, end) }
  const values = await groupValues({ file, metadata, schema }, 0, columns)
  expect(values.map(([value]) => Number(value))).toEqual(names.map((_, index) => index))
  expect(looks / width).toBeLessThan(300)
})
