import {
  maestroError,
  type Row,
  SiftedBatch,
  type SourceBatch,
  type SourceReject,
  validateRow,
} from '@maestro-dataflow/core'
import { isOnlyKey } from './asked-columns.js'
import type { ReadOptions } from './options.js'

/** Applies the schema and the key. Rows that do not fit are rejected. */
export async function* checkRows(
  batches: AsyncIterable<SourceBatch>,
  options: Pick<ReadOptions, 'schema' | 'key' | 'columns'>,
): AsyncGenerator<SourceBatch> {
  const { schema, key } = options
  const dropsKey = isOnlyKey(options)
  for await (const batch of batches) {
    if (schema === undefined && key === undefined) {
      yield batch
      continue
    }
    const sifted = new SiftedBatch(batch)
    for (const [index, row] of batch.rows.entries()) {
      const place = batch.ids[index] ?? ''
      const refuse = (error: SourceReject['error']) => sifted.reject(place, row, error)
      const checked = schema === undefined ? { value: row } : await validateRow(schema, row)
      if ('issues' in checked) {
        refuse(maestroError('MAESTRO_ROW_SCHEMA', { location: place, issues: checked.issues }, checked.cause))
        continue
      }
      const { value } = checked
      const id = key === undefined ? place : keyOf(value, row, key)
      if (id === undefined) {
        const reason = `the key column "${key}" has no value`
        refuse(maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: place, reason }))
        continue
      }
      sifted.keep(id, dropsKey && key !== undefined ? without(value, key) : value)
    }
    yield sifted.take()
  }
}

function without(row: Row, column: string): Row {
  const { [column]: _, ...others } = row
  return others
}

/** The value of the key. A schema may have removed the column from the row. */
function keyOf(value: Row, row: Row, key: string): string | undefined {
  const found = value[key] ?? row[key]
  return found === undefined || found === null || found === '' ? undefined : String(found)
}
