import { lastKey } from '../values/order-key.js'
import type { ExtractedColumns } from './extracted-columns.js'
import { type Kind, sqlTypes } from './kinds.js'
import { lineColumn, unsoundLine } from './lines.js'
import { identifier, literal, pointer } from './sql-text.js'

/**
 * The mode in which values are extracted from lines. `strict` ends the query at the first value that does not fit its
 * type, and does not handle rare forms. `tolerant` handles all forms and returns NULL for values that SQL cannot hold.
 */
export type Mode = 'strict' | 'tolerant'

/** The kind that is assumed for each column, and its SQL type if that is more exact than the kind's. */
export interface KnownColumn {
  readonly kind: Kind
  readonly sqlType?: string
  /** Whether this type drops digits of some values. */
  readonly rounds?: boolean
}
export type KnownColumns = ReadonlyMap<string, KnownColumn>

/** The columns of a relation of extracted lines, as SQL expressions. */
export class ColumnValues {
  readonly #extracted: ExtractedColumns
  readonly #mode: Mode
  readonly #known: KnownColumns
  readonly #shown: readonly string[]

  /** @param shown The columns whose values an expression puts into its result, and does not only count or compare. */
  constructor(extracted: ExtractedColumns, known: KnownColumns, mode: Mode, shown: readonly string[] = []) {
    this.#extracted = extracted
    this.#known = known
    this.#mode = mode
    this.#shown = shown
  }

  get format(): ExtractedColumns['format'] {
    return this.#extracted.format
  }

  /** The JSON of a value, or NULL if the value is null, undefined, or missing. */
  json(column: string): string {
    return this.#extracted.json(column)
  }

  kindOf(column: string): Kind {
    return this.#known.get(column)?.kind ?? 'unknown'
  }

  sqlType(column: string): string {
    return this.#known.get(column)?.sqlType ?? sqlTypes[this.kindOf(column)]
  }

  /** The value in the SQL type of its kind. */
  typed(column: string): string {
    const kind = this.kindOf(column)
    const type = this.sqlType(column)
    const cast = (value: string, as = type) => `${this.#mode === 'strict' ? 'CAST' : 'TRY_CAST'}(${value} AS ${as})`
    const json = this.json(column)
    switch (kind) {
      case 'number':
        // Zero loses its sign here, because SQL would treat 0 and -0 as two keys.
        return `(${cast(this.#tagged(json, '$number'))} + 0.0)`
      case 'integer':
        return this.#integer(json, cast)
      case 'bigint':
      case 'wide':
        return cast(this.#tagged(json, '$bigint'))
      case 'decimal':
        return cast(this.#text(json))
      case 'boolean':
        return cast(json)
      case 'date':
        return `make_timestamp(epoch_us(${cast(`(${json}->>'/$date')`, 'TIMESTAMPTZ')}))`
      case 'json':
      case 'mixed':
        return `CAST(${this.#shown.includes(column) ? this.#exact(json) : this.#plain(json)} AS JSON)`
      case 'invalid':
        return 'CAST(NULL AS TIMESTAMP)'
      case 'bytes':
        return `from_base64(${json}->>'/$bytes')`
      case 'vector':
        return cast(this.#plain(json))
      case 'broken':
        return `(CASE WHEN starts_with(${json}, '{"$text"') THEN maestro_plain(${json}) ELSE ${json} END->>'$')`
      default:
        return this.#text(json)
    }
  }

  /** The number of a column, in which zero keeps its sign. */
  signedNumber(column: string): string {
    return `CAST(${this.#tagged(this.json(column), '$number')} AS DOUBLE)`
  }

  /** Typed columns under their names, for a SELECT list. */
  selection(columns: readonly string[], nameOf: (column: string) => string = (column) => column): string {
    return columns.map((column) => `, ${this.typed(column)} AS ${identifier(nameOf(column))}`).join('')
  }

  /** A key that is the same for equal values only. */
  key(column: string): string {
    if (this.#isSimple(column)) return this.typed(column)
    const json = this.json(column)
    if (this.kindOf(column) === 'decimal') return `maestro_decimal_key(${this.#text(json)})`
    return `${this.format === 'step' ? 'maestro_key' : 'maestro_bare_key'}(${json})`
  }

  /** A key that is the same for rows with equal values in all columns only. */
  rowKey(): string {
    return this.format === 'step' ? `maestro_key(${lineColumn}->'/row')` : `maestro_bare_key(${lineColumn})`
  }

  /** The expressions that rows are sorted by, in order, each with whether it follows the direction of the sort. */
  sortKeys(column: string): readonly { readonly sql: string; readonly directed: boolean }[] {
    const key = this.key(column)
    const directed = { sql: key, directed: true }
    if (!this.#isSimple(column)) return [{ sql: `(${key} = ${literal(lastKey)})`, directed: false }, directed]
    // NaN follows all numbers, in either direction. JSON has no NaN.
    if (this.kindOf(column) !== 'number' || this.format === 'rows') return [directed]
    return [{ sql: `isnan(${key})`, directed: false }, directed]
  }

  /** The JSON of a value in the form in which a step file writes it: the same value has the same form in any input. */
  canonical(column: string, json = this.json(column)): string {
    if (this.kindOf(column) === 'boolean') return json
    // Most texts and whole numbers have this form already, and the function runs in one thread.
    const isPlainText = `${json} >= '"' AND ${json} < '#' AND NOT contains(${json}, '\\')`
    const isWhole = `strlen(${json}) <= 15 AND regexp_full_match(${json}, '0|-?[1-9][0-9]*')`
    const name = this.format === 'step' ? 'maestro_canonical' : 'maestro_bare_canonical'
    return `CASE WHEN ${isPlainText} THEN ${json} WHEN ${isWhole} THEN ${json} ELSE ${name}(${json}) END`
  }

  /** Whether there is a value that SQL cannot hold. */
  misfit(column: string): string {
    const kind = this.kindOf(column)
    if (['invalid', 'broken'].includes(kind)) return 'false'
    if (['json', 'mixed'].includes(kind) && !this.#shown.includes(column)) return 'false'
    if (kind === 'decimal' && this.#known.get(column)?.rounds === true) return this.#isRounded(column)
    if (kind === 'string' && this.format === 'step')
      return `(starts_with(${this.json(column)}, '{"$text":') OR ${this.json(column)} = '{"$date":null}')`
    return `(${this.json(column)} IS NOT NULL AND (${this.typed(column)}) IS NULL)`
  }

  /** Whether the type of decimal numbers would drop digits of a value. */
  #isRounded(column: string): string {
    const key = (text: string) => `maestro_decimal_key(${text})`
    const kept = key(`CAST(${this.typed(column)} AS VARCHAR)`)
    return `(${this.json(column)} IS NOT NULL AND ${kept} IS DISTINCT FROM ${key(this.#text(this.json(column)))})`
  }

  /** Whether SQL compares the values of a column by our rules. */
  #isSimple(column: string): boolean {
    const kind = this.kindOf(column)
    if (kind === 'boolean') return true
    if (this.#mode === 'tolerant') return false
    return (
      ['string', 'number', 'integer', 'bigint', 'date'].includes(kind) ||
      (kind === 'decimal' && this.#known.get(column)?.rounds !== true && this.#known.get(column)?.sqlType !== undefined)
    )
  }

  /** A cast of 1.5 to an integer would silently round it. */
  #integer(json: string, cast: (value: string, as?: string) => string): string {
    const whole = this.#tagged(json, '$bigint')
    const isFraction = `(contains(${whole}, '.') OR contains(lower(${whole}), 'e'))`
    return `CASE WHEN ${isFraction} THEN ${cast(cast(whole, 'DOUBLE'))} ELSE ${cast(whole)} END`
  }

  #text(json: string): string {
    return `(${json}->>'$')`
  }

  /** JSON as JavaScript writes it, without the tags of a step file. Text and booleans already have this form. */
  #plain(json: string): string {
    const name = this.format === 'step' ? 'maestro_plain' : 'maestro_bare_plain'
    return `CASE WHEN ${json} < '#' THEN ${json} ELSE ${name}(${json}) END`
  }

  /** JSON that is the same value, or NULL if SQL's JSON has no such value. In strict mode, such a value ends the query. */
  #exact(json: string): string {
    const exact = `${this.format === 'step' ? 'maestro_exact' : 'maestro_bare_exact'}(${json})`
    const sure = this.#mode === 'strict' ? `coalesce(${exact}, ${unsoundLine})` : exact
    return `CASE WHEN ${json} IS NULL OR ${json} < '#' THEN ${json} ELSE ${sure} END`
  }

  /** The text of a number, which may be tagged in a step file. */
  #tagged(json: string, tag: string): string {
    if (this.format === 'rows') return json
    return `CASE WHEN starts_with(${json}, '{') THEN ${json}->>${pointer(tag)} ELSE ${json} END`
  }
}
