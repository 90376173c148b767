import type { ParquetFiles, TableFile, TableStatement } from '@maestro-dataflow/core'
import { ExtractedColumns } from '../extracted-columns.js'
import { lineColumn, positionColumn } from '../lines.js'

/** The column of the line that a row is, as the position of the line in the table of its segment. */
export const originColumn = '"#maestro.origin"'
/** The column of the id of a row, as JSON. */
export const idColumn = '"#maestro.id"'

/** The statements of a chain over the same lines, which the database has loaded once. */
export interface Segment {
  /** The table of the lines. */
  readonly table: string
  readonly format: TableFile['format']
  /** The columns of the rows that the table holds. */
  readonly extracted: ExtractedColumns
  /** The files of the lines, if they are not those of a statement, and the position at which each begins. */
  readonly files: readonly TableFile[]
  readonly offsets: readonly number[]
  /** The Parquet files of the rows, if they are from such files. */
  readonly parquet: ParquetFiles | undefined
  /** Whether the table holds the text of the lines, and the ids of step lines. */
  readonly keepsText: boolean
  readonly hasIds: boolean
}

/** The table of the origins of the rows that a statement chose, in their order; undefined for all lines of the segment. */
export type Chosen = string | undefined

/**
 * The rows between two statements: a relation of the line, its position among these rows, its origin, and the columns
 * that the next statement uses.
 */
export function rowsBetween(segment: Segment, chosen: Chosen, used: readonly string[], withText = true): string {
  const { table, format, extracted } = segment
  const own = new ExtractedColumns(format, used)
  const columns = own.names.map((name) => `, lines.${extracted.json(name)} AS ${own.json(name)}`).join('')
  if (chosen === undefined)
    return `(SELECT ${lineColumn}, lines.rowid AS ${positionColumn}, lines.rowid AS ${originColumn}${columns} FROM ${table} lines WHERE ${lineColumn} IS NOT NULL)`
  const place = `chosen.rowid AS ${positionColumn}, chosen.${originColumn}`
  // A statement that looks at no value needs no lines.
  if (own.names.length === 0 && !withText) return `(SELECT ${place} FROM ${chosen} chosen)`
  return `(SELECT lines.${lineColumn}, ${place}${columns} FROM ${chosen} chosen JOIN ${table} lines ON lines.rowid = chosen.${originColumn})`
}

/** Whether the result of a statement is other lines than those of its input. */
export function makesLines(
  statement: TableStatement | undefined,
): statement is Extract<TableStatement, { kind: 'aggregate' | 'window' }> {
  return statement?.kind === 'aggregate' || statement?.kind === 'window'
}
