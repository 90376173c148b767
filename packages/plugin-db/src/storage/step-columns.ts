import type { Columns, ColumnType, Row } from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import { inferColumns } from '../sink/infer-columns.js'

/** A column of a step's table. */
export interface StepColumn {
  /** As it is called in rows. */
  readonly name: string
  /** As it is called in the table: a name that the database cannot take gets another one. */
  readonly column: string
  readonly type: ColumnType
}

/** The columns of every step's table beside those of the rows. */
export const ownColumns = { position: 'maestro_position', id: 'maestro_id', rest: 'maestro_rest' } as const

/** The columns of a step's table, by the first rows of the step. Further columns go with what fits no column. */
export function stepColumns(dialect: Dialect, rows: readonly Row[]): readonly StepColumn[] {
  const taken = new Set<string>(Object.values(ownColumns))
  return Object.entries(inferColumns(rows, {}))
    .slice(0, dialect.tables.mostColumns)
    .map(([name, type], index) => {
      const usable = isName(dialect, name) && !taken.has(name.toLowerCase())
      const column = usable ? name : `maestro_column_${index + 1}`
      // Some databases make no difference between capitals and small letters.
      taken.add(column.toLowerCase())
      return { name, column, type: type === 'unknown' || type === 'decimal' ? 'string' : type }
    })
}

function isName(dialect: Dialect, name: string): boolean {
  try {
    dialect.quoteName(name)
    return Buffer.byteLength(name) <= 60
  } catch {
    return false
  }
}

/** The columns of the table as they are made. Vectors are bytes, and JSON is kept as the text that it is. */
export function tableColumns(columns: readonly StepColumn[]): Columns {
  const typed = columns.map(({ column, type }): [string, ColumnType] => [
    column,
    type === 'vector' ? 'bytes' : type === 'json' ? 'string' : type,
  ])
  return Object.fromEntries([
    [ownColumns.position, 'integer'],
    [ownColumns.id, 'string'],
    ...typed,
    [ownColumns.rest, 'string'],
  ])
}
