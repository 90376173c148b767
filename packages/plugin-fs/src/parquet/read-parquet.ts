import {
  type ColumnSet,
  type Columns,
  needsColumnOrder,
  type Row,
  rowFromEntries,
  type SourceBatch,
  withColumnOrder,
} from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { RecordBatch } from '../record-batch.js'
import { mayMatch } from './may-match.js'
import { openParquet } from './open-parquet.js'
import type { ParquetColumn } from './parquet-columns.js'
import { reasonOf, sound } from './parsed-values.js'

const batchRows = 1024

/**
 * Reads a Parquet file, one row group at a time. Only the pages of the asked columns are read.
 *
 * @param where Conditions. Row groups in which no row can match are not read; of the others, all rows are.
 */
export async function* readParquet(
  { file: stored, name }: Pick<FoundFile, 'file' | 'name'>,
  asked: ReadonlySet<string> | undefined,
  counted: (bytes: number) => void,
  where: Readonly<Record<string, unknown>> = {},
): AsyncGenerator<SourceBatch> {
  const file = await openParquet(stored, name)
  try {
    const columns = asked === undefined ? file.columns : file.columns.filter((column) => asked.has(column.name))
    let number = 0
    for (const [index, group] of file.metadata.row_groups.entries()) {
      if (!mayMatch(group, file.columns, where)) {
        counted(Number(group.total_compressed_size ?? group.total_byte_size))
        number += Number(group.num_rows)
        continue
      }
      const count = Number(group.num_rows)
      const values = await file.valuesOf(index, columns)
      counted(Number(group.total_compressed_size ?? group.total_byte_size))
      for (let start = 0; start < count; start += batchRows) {
        const end = Math.min(start + batchRows, count)
        yield batchOf(`${name}:`, number + 1, rowsBetween(columns, values, start, end))
        number += end - start
      }
    }
  } finally {
    await file.close()
  }
}

/** Rows, and the faults of those with a value that cannot be read, by their places. */
interface FoundRows {
  readonly rows: readonly Row[]
  readonly faults: ReadonlyMap<number, { readonly column: string; readonly error: unknown }>
}

/** The rows of a row group from one to another. */
function rowsBetween(
  columns: readonly ParquetColumn[],
  values: readonly ArrayLike<unknown>[],
  start: number,
  end: number,
): FoundRows {
  const rows: Record<string, unknown>[] = Array.from({ length: end - start }, () => ({}))
  const faults = new Map<number, { readonly column: string; readonly error: unknown }>()
  for (const [index, { name, convert = sound }] of columns.entries()) {
    const own = values[index] ?? []
    for (const [place, row] of rows.entries()) {
      const value = own[start + place] ?? null
      try {
        row[name] = value === null ? value : convert(value)
      } catch (error) {
        row[name] = null
        if (!faults.has(place)) faults.set(place, { column: name, error })
      }
    }
  }
  const names = columns.map(({ name }) => name)
  return { rows: needsColumnOrder(names) ? rows.map((row) => withColumnOrder(row, names)) : rows, faults }
}

function batchOf(prefix: string, first: number, { rows, faults }: FoundRows): SourceBatch {
  const batch = new RecordBatch(prefix)
  for (const [place, row] of rows.entries()) {
    const fault = faults.get(place)
    if (fault === undefined) batch.addNumber(first + place, row)
    else {
      const reason = `the value of "${fault.column}" cannot be read: ${reasonOf(fault.error)}`
      batch.reject(`${prefix}${first + place}`, row, reason, undefined, fault.error)
    }
  }
  const { bytes: _, ...taken } = batch.take()
  return taken
}

/** The columns of Parquet files. A column that has different types in two files is unknown. */
export async function parquetColumns(
  files: readonly FoundFile[],
  asked: ReadonlySet<string> | undefined,
): Promise<ColumnSet> {
  const types = new Map<string, Columns[string]>()
  for (const { file, name } of files) {
    const { columns, close } = await openParquet(file, name)
    await close()
    for (const column of columns) {
      const known = types.get(column.name) ?? column.type
      types.set(column.name, known === column.type ? known : 'unknown')
    }
    const own = new Set(columns.map((column) => column.name))
    const missing = [...(asked ?? [])].filter((one) => !own.has(one))
    if (missing.length > 0)
      throw fsError('MAESTRO_FS_COLUMN_MISSING', { path: name, missing, header: columns.map((column) => column.name) })
  }
  const entries = [...types].filter(([name]) => asked?.has(name) !== false)
  return {
    columns: rowFromEntries(entries),
    open: false,
  }
}
