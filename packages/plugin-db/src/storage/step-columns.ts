import { type Columns, type ColumnType, type Row, rowFromEntries } from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import { inferColumns } from '../sink/infer-columns.js'

/** A column of a step's table. */
export interface StepColumn {
  /** Its name in rows. */
  readonly name: string
  /** Its name in the table; a name that the database does not accept is replaced. */
  readonly column: string
  readonly type: ColumnType
}

/** The additional columns of every step's table. */
export const ownColumns = { position: 'maestro_position', id: 'maestro_id', rest: 'maestro_rest' } as const

/**
 * The columns of a step's table, from the first rows of the step. Later columns are stored with the values that fit no
 * column.
 */
export function stepColumns(dialect: Dialect, rows: readonly Row[]): readonly StepColumn[] {
  const taken = new Set<string>(Object.values(ownColumns))
  return Object.entries(inferColumns(rows, {}))
    .slice(0, dialect.tables.mostColumns)
    .map(([name, type], index) => {
      const usable = isName(dialect, name) && !taken.has(name.toLowerCase())
      const column = usable ? name : `maestro_column_${index + 1}`
      // Some databases do not distinguish upper and lower case.
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

/** The columns of the table for its creation. Vectors are bytes, and JSON is stored as text. */
export function tableColumns(columns: readonly StepColumn[]): Columns {
  const typed = columns.map(({ column, type }): [string, ColumnType] => [
    column,
    type === 'vector' ? 'bytes' : type === 'json' ? 'string' : type,
  ])
  return rowFromEntries<readonly [string, ColumnType]>([
    [ownColumns.position, 'integer'],
    [ownColumns.id, 'string'],
    ...typed,
    [ownColumns.rest, 'string'],
  ])
}
