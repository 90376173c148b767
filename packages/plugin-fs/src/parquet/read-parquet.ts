import { type ColumnSet, type Columns, rowFromEntries, type SourceBatch } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { rowsOfColumns } from '../rows-of-columns.js'
import { mayMatch } from './may-match.js'
import { openParquet } from './open-parquet.js'
import { sound } from './parsed-values.js'

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
      const read = columns.map(({ name, convert = sound }, at) => {
        const own = values[at] ?? []
        return { name, convert, at: (index: number) => own[index] }
      })
      for (let start = 0; start < count; start += batchRows) {
        const end = Math.min(start + batchRows, count)
        yield rowsOfColumns(read, { prefix: `${name}:`, first: number + 1, start, end })
        number += end - start
      }
    }
  } finally {
    await file.close()
  }
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
