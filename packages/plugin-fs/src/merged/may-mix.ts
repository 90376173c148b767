import { type Columns, columnNames, type Row } from '@maestro-dataflow/core'
import type { RowEncoder } from '../row-encoder.js'

/** The types of columns whose values are all held as they are, or whose numbers are never NaN or infinite. */
const certain: ReadonlySet<string> = new Set(['string', 'integer', 'bigint', 'decimal', 'boolean', 'date', 'bytes'])

/**
 * Notes whether new rows may make a column of several types out of one in which the existing file may hold NaN or an
 * infinity: the file must then be looked at before the rows are accepted.
 *
 * @param before The types of the columns of the existing file.
 */
export function notingMixedColumns(encoder: RowEncoder, before: Columns): RowEncoder {
  let mayMix = false
  const mixes = (row: Row) =>
    columnNames(row).some((name) => Object.hasOwn(before, name) && mixesWith(String(before[name]), row[name]))
  return {
    ...encoder,
    encode(batch) {
      mayMix ||= batch.rows.some(mixes)
      return encoder.encode(batch)
    },
    // A resumed run could not refuse a row of an earlier process any more.
    state: () => (mayMix ? undefined : encoder.state()),
    isUnsure: () => mayMix || encoder.isUnsure?.() === true,
  }
}

function mixesWith(type: string, value: unknown): boolean {
  if (value === null || value === undefined || certain.has(type)) return false
  return type === 'number' ? typeof value !== 'number' : true
}
