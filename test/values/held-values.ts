import { type ColumnType, columnNames, type Row, rowFromEntries } from '@maestro-dataflow/core'
import { refused, textOf } from './cast.js'
import { cellOf, ownOf, type Types } from './reference.js'
import type { Table } from './tables.js'
import { isWellFormed } from './texts.js'

/*
 * What the formats can hold of a table. A value that a format refuses is null here; other tests hold the refusals.
 */

/** The values of a table in another form. @param hold Returns undefined for a cell that the row lacks. */
export function withValues(
  { names, rows, types }: Table,
  hold: (value: unknown, type: ColumnType | undefined) => unknown,
  typeOf: (type: ColumnType) => ColumnType = (type) => type,
  order: readonly string[] | undefined = undefined,
): Table {
  const held = rows.map((row) => {
    const cells = (order ?? columnNames(row)).map(
      (name) => [name, hold(cellOf(row, name), ownOf(types, name))] as const,
    )
    return rowFromEntries(cells.filter(([, value]) => value !== undefined))
  })
  return { names, rows: held, types: mapTypes(types, typeOf) }
}

function mapTypes(types: Types, typeOf: (type: ColumnType) => ColumnType): Types {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, typeOf(type)]))
}

const noDecimal = (type: ColumnType): ColumnType => (type === 'decimal' ? 'string' : type)

/** Nobody says that a column of digits is decimal: it is text. */
export function withoutDecimals(table: Table): Table {
  return { ...table, types: mapTypes(table.types, noDecimal) }
}

/** What JSON holds: dates and bytes are text, vectors are lists. */
export function asJson(table: Table, order?: 'reversed'): Table {
  const typeOf = (type: ColumnType): ColumnType =>
    type === 'vector' ? 'json' : ['date', 'bytes', 'decimal'].includes(type) ? 'string' : type
  const { names, rows, types } = withValues(table, jsonOf, typeOf)
  const turned = (row: Row) =>
    rowFromEntries(
      columnNames(row)
        .toReversed()
        .map((name) => [name, row[name]]),
    )
  return { names, rows: order === undefined ? rows : rows.map(turned), types }
}

/** A value as JSON has it; null for what JSON lacks. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Float32Array) return Array.from(value, jsonOf)
  if (!(value instanceof Date || value instanceof Uint8Array)) return value
  const text = textOf(value)
  return text === refused ? null : text
}

/** The columns of the header of a file of cells. */
const headerOf = ({ rows }: Table) => [...new Set(rows.flatMap(columnNames))]

/** Cells without types are text. */
export function asUntypedCells(table: Table): Table {
  const hold = (value: unknown) => {
    if (value === null || value === undefined) return ''
    // All digits of a whole number, of which JavaScript writes the last ones as zeros.
    if (typeof value === 'number' && Number.isInteger(value) && value !== 0 && Math.abs(value) < 1e21)
      return String(BigInt(value))
    const text = textOf(value)
    return text === refused || !String(text).isWellFormed() ? '' : text
  }
  const { names, rows } = withValues(table, hold, undefined, headerOf(table))
  return { names, rows, types: Object.fromEntries(names.map((name) => [name, 'string'])) }
}

/** Cells with types: an empty cell of text is text, and any other is null. */
export function asCells(table: Table): Table {
  const hold = (value: unknown, type: ColumnType | undefined) => {
    if (value instanceof Uint8Array && value.length === 0) return null
    return value ?? (type === 'string' ? '' : null)
  }
  return withValues(table, hold, undefined, headerOf(table))
}

/** Cells of a workbook: an empty text is no value, and there is neither NaN nor infinity. */
export function asSheet(table: Table): Table {
  const hold = (value: unknown) => {
    if (value === '' || (value instanceof Uint8Array && value.length === 0) || !isWellFormed(value)) return null
    return typeof value === 'number' && !Number.isFinite(value) ? null : (value ?? null)
  }
  return withValues(table, hold, undefined, Object.keys(table.types))
}

/**
 * Typed columns of a file of columns: a missing cell is null, a decimal number has the digits of its column, and text in
 * UTF-8 has no half characters.
 *
 * @param wide What big integers of more than 64 bits are. Arrow has decimal numbers for them.
 */
export function asColumns(table: Table, wide: 'bigint' | 'decimal' = 'bigint'): Table {
  const isWide = (name: string) => wide === 'decimal' && table.rows.some((row) => isWideInteger(cellOf(row, name)))
  const scaleOf = (name: string) =>
    Math.max(0, ...table.rows.map((row) => String(cellOf(row, name) ?? '').split('.')[1]?.length ?? 0))
  const rows = table.rows.map((row) =>
    rowFromEntries(
      Object.keys(table.types).map((name) => {
        const value = cellOf(row, name) ?? null
        if (!isWellFormed(value)) return [name, null]
        if (typeof value === 'bigint' && isWide(name)) return [name, String(value)]
        const isDecimal = ownOf(table.types, name) === 'decimal' && typeof value === 'string'
        return [name, isDecimal ? withScale(value, scaleOf(name)) : value]
      }),
    ),
  )
  const types = Object.entries(table.types).map(
    ([name, type]) => [name, type === 'bigint' && isWide(name) ? 'decimal' : type] as const,
  )
  return { names: table.names, rows, types: Object.fromEntries(types) }
}

const isWideInteger = (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) !== value

function withScale(text: string, scale: number): string {
  const [whole = '', fraction = ''] = text.split('.')
  return scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`
}
