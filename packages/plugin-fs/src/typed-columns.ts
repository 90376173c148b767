import {
  type Columns,
  type ColumnType,
  columnNames,
  maestroError,
  onlyColumns,
  type Row,
  SiftedBatch,
  type SourceBatch,
} from '@maestro-dataflow/core'
import { FormatSuggestions } from './cells/suggest-formats.js'
import { isTold, plainCell, type ToldFormats } from './cells/told-formats.js'
import { fromCell, fromJson, Unfit } from './value-types.js'

/** Values of these types are the same in JSON and in a row. */
const jsonTypes = new Set(['string', 'number', 'integer', 'boolean', 'json', 'unknown'])

/** The columns of type `json`: in formats of cells, also their texts are JSON. */
export function jsonColumns(columns: Columns): ReadonlySet<string> {
  return new Set(columnNames(columns).filter((name) => columns[name] === 'json'))
}

/** How a format writes values: as texts, as texts beside numbers and dates, or as JSON. */
type Written = 'cells' | 'typed cells' | 'json'

/** Whether JSON lines with these columns are the same rows as text and as values. */
export function areJsonTypes(columns: Columns): boolean {
  return Object.values(columns).every((type) => jsonTypes.has(type))
}

/**
 * Leaves out columns that are not asked for, and converts declared columns to their types. A row with a value that does
 * not fit is rejected.
 *
 * @param asked The columns that are asked for; undefined for all, or if the reader has left out the others.
 */
export async function* withDeclaredColumns(
  batches: AsyncIterable<SourceBatch>,
  columns: Columns,
  asked: ReadonlySet<string> | undefined,
  from: Written,
  told: ToldFormats = {},
): AsyncGenerator<SourceBatch> {
  const types = Object.entries(columns).filter(
    ([column, type]) => type !== 'unknown' && column !== '__proto__' && !(from === 'cells' && type === 'string'),
  )
  const plain = asked === undefined ? undefined : new PlainRows(columns, asked)
  for await (const all of batches) {
    if (plain !== undefined && firstRows(all, (row) => plain.has(row)) === all.rows.length) {
      yield all
      continue
    }
    const batch = asked === undefined ? all : { ...all, rows: all.rows.map((row) => onlyColumns(row, asked)) }
    if (types.length === 0) {
      yield batch
      continue
    }
    const same = firstRows(batch, (row) => typeRow(row, types, from, told) === row)
    yield same === batch.rows.length ? batch : typeRows(batch, same, types, from, told)
  }
}

/** Rows that stay as they are, which is quick to see of most rows. */
class PlainRows {
  readonly #places: ReadonlyMap<string, number>
  readonly #names: readonly string[]
  /** What `typeof` says of the values of each column; undefined if any value will do. */
  readonly #types: readonly (ColumnType | undefined)[]

  /** @param asked The columns that are asked for. */
  constructor(columns: Columns, asked: ReadonlySet<string>) {
    const typeOf = (name: string) => (Object.hasOwn(columns, name) ? columns[name] : undefined)
    this.#names = [...asked].filter((name) => name !== '__proto__')
    this.#types = this.#names.map((name) => (typeOf(name) === 'unknown' ? undefined : typeOf(name)))
    this.#places = new Map(this.#names.map((name, place) => [name, place]))
  }

  has(row: Row): boolean {
    let next = 0
    for (const column in row) {
      // Most rows have the columns in the order in which they are declared.
      const place = column === this.#names[next] ? next : this.#places.get(column)
      if (place === undefined) return false
      next = place + 1
      const type = this.#types[place]
      const value = row[column]
      if (type !== undefined && typeof value !== type && value !== null && value !== undefined) return false
    }
    return true
  }
}

/** The number of rows at the start of a batch that have a property. */
function firstRows({ rows }: SourceBatch, has: (row: Row) => boolean): number {
  let index = 0
  while (index < rows.length && has(rows[index] as Row)) index++
  return index
}

/** @param same The number of rows at the start that stay as they are. */
function typeRows(
  batch: SourceBatch,
  same: number,
  types: readonly [string, ColumnType][],
  from: Written,
  told: ToldFormats,
): SourceBatch {
  const sifted = new SiftedBatch(batch)
  for (let index = 0; index < batch.rows.length; index++) {
    const id = batch.ids[index] as string
    const row = batch.rows[index] as Row
    const typed = index < same ? row : typeRow(row, types, from, told)
    if (typeof typed === 'string')
      sifted.reject(id, row, maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason: typed }))
    else sifted.keep(id, typed)
  }
  return sifted.take()
}

/** @returns the row, or the reason for which it is refused */
function typeRow(row: Row, types: readonly [string, ColumnType][], from: Written, told: ToldFormats): Row | string {
  let changed: Record<string, unknown> | undefined
  for (let index = 0; index < types.length; index++) {
    const [column, type] = types[index] as [string, ColumnType]
    const value = row[column]
    if (value === undefined || value === null || typeof value === type || !Object.hasOwn(row, column)) continue
    const typed = typedValue(value, type, from, told)
    if (typed instanceof Unfit) return `${typed.at(column)}${formatHint(value, type, told)}`
    if (typed === value) continue
    changed ??= { ...row }
    changed[column] = typed
  }
  return changed ?? row
}

/** The option that reads a number or a date as people write it. */
function formatHint(value: unknown, type: ColumnType, told: ToldFormats): string {
  if (typeof value !== 'string') return ''
  const forms = new FormatSuggestions(told, type)
  forms.add(value)
  return forms.suggestion === undefined ? '' : `; if the file writes it so, set ${forms.suggestion}`
}

function typedValue(value: unknown, type: ColumnType, from: Written, told: ToldFormats): unknown {
  if (typeof value !== 'string' || (from === 'json' && !isTold(told, type))) return fromJson(value, type)
  const plain = plainCell(value, type, told)
  if (plain === undefined) return new Unfit(value, type)
  const typed = fromCell(plain, type)
  return typed instanceof Unfit ? new Unfit(value, type) : typed
}
