import { type ColumnType, columnTypeOf, type Row } from '@maestro-dataflow/core'

/** The properties that the values of a column share. */
export interface InferredColumn {
  readonly name: string
  readonly type: ColumnType
  /** The number of rows without a value: null, missing, or an empty cell. */
  readonly empty: number
}

/**
 * The columns of the given rows, with the types that all their values fit.
 *
 * @param from Whether the rows hold `cells`, which are texts that may represent other types, or typed `values`.
 */
export function inferColumns(rows: readonly Row[], from: 'cells' | 'values'): readonly InferredColumn[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)))
  return [...names].map((name) => {
    const all = rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined))
    const values = all.filter((value) => value !== undefined && value !== null && !(from === 'cells' && value === ''))
    const type = from === 'cells' ? typeOfCells(values.map(String)) : typeOfValues(values)
    return { name, type, empty: rows.length - values.length }
  })
}

/**
 * Types whose cells keep their meaning when they are read. A text that may be more than a number, such as 00123, is
 * text.
 */
const cellTypes: readonly (readonly [ColumnType, (cell: string) => boolean])[] = [
  ['number', (cell) => /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/.test(cell)],
  ['boolean', (cell) => /^(?:true|false)$/i.test(cell)],
  ['date', isDate],
]

function typeOfCells(cells: readonly string[]): ColumnType {
  if (cells.length === 0) return 'string'
  return cellTypes.find(([, fits]) => cells.every(fits))?.[0] ?? 'string'
}

/** Whether the text is a valid ISO 8601 date, with or without a time. */
function isDate(cell: string): boolean {
  const form = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
  const day = form.exec(cell)?.[1] ?? ''
  const date = new Date(`${day}T00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

function typeOfValues(values: readonly unknown[]): ColumnType {
  const [type, ...others] = new Set(values.map((value) => columnTypeOf(value) ?? 'json'))
  return type === undefined || others.length > 0 ? 'unknown' : type
}
