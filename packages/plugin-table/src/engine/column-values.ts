import type { ColumnSet, ColumnType, TableFile } from '@maestro-dataflow/core'
import { lineColumn } from './lines.js'
import { identifier, pointer } from './sql-text.js'

/**
 * How values are taken out of lines: `strict` ends the query at the first value that does not fit its type and knows
 * nothing of rare forms; `tolerant` knows them all and gives NULL for what does not fit.
 */
export type Mode = 'strict' | 'tolerant'

/** The SQL type of each column type. Types that a table cannot compute with stand as their text. */
export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  bigint: 'HUGEINT',
  decimal: 'VARCHAR',
  boolean: 'BOOLEAN',
  date: 'TIMESTAMP',
  json: 'JSON',
  bytes: 'VARCHAR',
  vector: 'VARCHAR',
  unknown: 'VARCHAR',
}

/** The type of a column; what the plan does not know is text. */
export function typeOf(column: string, columns: ColumnSet): ColumnType {
  return Object.hasOwn(columns.columns, column) ? (columns.columns[column] ?? 'unknown') : 'unknown'
}

/** Reads columns of lines of one format. */
export class ColumnValues {
  readonly #format: TableFile['format']
  readonly #columns: ColumnSet
  readonly #mode: Mode

  constructor(format: TableFile['format'], columns: ColumnSet, mode: Mode) {
    this.#format = format
    this.#columns = columns
    this.#mode = mode
  }

  /** The text of a value, NULL when it is null or missing. */
  text(column: string): string {
    const text = this.#at(column)
    // A step file tells `undefined` from a missing column; a table does not.
    return this.#format === 'step' ? `nullif(${text}, '{"$undefined":true}')` : text
  }

  /** The value as JSON, to tell values apart whatever their type: null and missing are the same. */
  json(column: string): string {
    return `coalesce((${lineColumn}->${pointer(...this.#path(column))})::VARCHAR, 'null')`
  }

  /** The typed value. */
  typed(column: string): string {
    const type = typeOf(column, this.#columns)
    const cast = this.#mode === 'strict' ? 'CAST' : 'TRY_CAST'
    switch (type) {
      case 'number':
        return `${cast}(${this.#tagged(column, '$number')} AS DOUBLE)`
      case 'integer':
        return this.#integer(column)
      case 'bigint':
        return `${cast}(${this.#tagged(column, '$bigint', true)} AS HUGEINT)`
      case 'boolean':
        return `${cast}(${this.text(column)} AS BOOLEAN)`
      case 'date':
        return `make_timestamp(epoch_us(${cast}(${this.#tagged(column, '$date', true)} AS TIMESTAMPTZ)))`
      case 'json':
        return `nullif((${lineColumn}->${pointer(...this.#path(column))}), 'null')`
      default:
        return this.text(column)
    }
  }

  /** Typed columns under their names, for a SELECT list. */
  selection(columns: readonly string[]): string {
    return columns.map((column) => `, ${this.typed(column)} AS ${identifier(column)}`).join('')
  }

  /** Whether a value is there and does not fit its type. */
  misfit(column: string): string {
    return `(${this.text(column)} IS NOT NULL AND (${this.typed(column)}) IS NULL)`
  }

  /** Sorts numbers as numbers and the rest as text where the plan does not know the type. */
  sortKeys(column: string): readonly string[] {
    if (typeOf(column, this.#columns) !== 'unknown') return [this.typed(column)]
    const text = this.text(column)
    const isNumber = `coalesce(json_type(${lineColumn}, ${pointer(...this.#path(column))}) IN ('UBIGINT', 'BIGINT', 'DOUBLE'), false)`
    return [
      `CASE WHEN ${text} IS NOT NULL THEN ${isNumber} END`,
      `CASE WHEN ${isNumber} THEN TRY_CAST(${text} AS DOUBLE) END`,
      text,
    ]
  }

  /** A casting of 1.5 to an integer would round it without a word. */
  #integer(column: string): string {
    const text = this.#tagged(column, '$number')
    if (this.#mode === 'strict')
      return `CAST(CASE WHEN contains(${text}, '.') THEN error('not whole') ELSE ${text} END AS BIGINT)`
    const number = `TRY_CAST(${text} AS DOUBLE)`
    return `CASE WHEN ${number} = trunc(${number}) THEN TRY_CAST(${text} AS BIGINT) END`
  }

  /** The text of a value that a step file may hold tagged. */
  #tagged(column: string, tag: string, always = false): string {
    if (this.#format === 'rows' || (this.#mode === 'strict' && !always)) return this.text(column)
    return `coalesce(${this.#at(column, tag)}, ${this.text(column)})`
  }

  #at(column: string, ...keys: readonly string[]): string {
    return `(${lineColumn}->>${pointer(...this.#path(column), ...keys)})`
  }

  #path(column: string): readonly string[] {
    return this.#format === 'rows' ? [column] : ['row', column]
  }
}
