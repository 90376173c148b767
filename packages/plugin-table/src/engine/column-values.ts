import type { TableFile } from '@maestro-dataflow/core'
import { lastKey } from '../values/order-key.js'
import { type Kind, sqlTypes } from './kinds.js'
import { lineColumn } from './lines.js'
import { identifier, literal, pointer } from './sql-text.js'

/**
 * How values are taken out of lines: `strict` ends the query at the first value that does not fit its type and knows nothing
 * of rare forms; `tolerant` knows them all and gives NULL for what SQL cannot hold.
 */
export type Mode = 'strict' | 'tolerant'

/** The column that holds the JSON of the values that a query uses, as a list: a line is parsed once. */
const valuesColumn = '"#values"'

/** The kind that each column is taken for, and the SQL type where it is more exact than the kind's. */
export interface KnownColumn {
  readonly kind: Kind
  readonly sqlType?: string
}
export type KnownColumns = ReadonlyMap<string, KnownColumn>

/** Reads columns out of the lines of a relation. */
export class ColumnValues {
  readonly format: TableFile['format']
  readonly #mode: Mode
  readonly #known: KnownColumns
  readonly #names: readonly string[]

  constructor(format: TableFile['format'], known: KnownColumns, mode: Mode) {
    this.format = format
    this.#known = known
    this.#mode = mode
    this.#names = [...known.keys()]
  }

  /** The relation with the JSON of the known columns beside each line. */
  extract(relation: string): string {
    if (this.#names.length === 0) return relation
    const paths = this.#names.map((name) => pointer(...(this.format === 'rows' ? [name] : ['row', name])))
    const values = `CAST(json_extract(${lineColumn}, [${paths.join(', ')}]) AS VARCHAR[])`
    return `(SELECT *, ${values} AS ${valuesColumn} FROM ${relation})`
  }

  /** The JSON of a value, NULL when it is null, undefined or missing. */
  json(column: string): string {
    const json = `nullif(${this.#raw(column)}, 'null')`
    return this.format === 'step' ? `nullif(${json}, '{"$undefined":true}')` : json
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
        // Zero has no sign here: SQL would take 0 and -0 for two keys.
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
        return `CAST(${this.#plain(json)} AS JSON)`
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

  /** Typed columns under their names, for a SELECT list. */
  selection(columns: readonly string[], nameOf: (column: string) => string = (column) => column): string {
    return columns.map((column) => `, ${this.typed(column)} AS ${identifier(nameOf(column))}`).join('')
  }

  /** What is the same for equal values, and for no others. */
  key(column: string): string {
    if (this.#isSimple(column)) return this.typed(column)
    const json = this.json(column)
    if (this.kindOf(column) === 'decimal') return `maestro_decimal_key(${this.#text(json)})`
    return `${this.format === 'step' ? 'maestro_key' : 'maestro_bare_key'}(${json})`
  }

  /** What is the same for rows that have equal values in all columns. */
  rowKey(): string {
    return this.format === 'step' ? `maestro_key(${lineColumn}->'/row')` : `maestro_bare_key(${lineColumn})`
  }

  /** What rows are sorted by, in order: each with whether it follows the direction of the sort. */
  sortKeys(column: string): readonly { readonly sql: string; readonly directed: boolean }[] {
    const key = this.key(column)
    const directed = { sql: key, directed: true }
    if (!this.#isSimple(column)) return [{ sql: `(${key} = ${literal(lastKey)})`, directed: false }, directed]
    // What is no number stands after all numbers, in either direction; JSON has none.
    if (this.kindOf(column) !== 'number' || this.format === 'rows') return [directed]
    return [{ sql: `isnan(${key})`, directed: false }, directed]
  }

  /** The JSON of a value in the form in which a step file writes it: the same for the same value in any input. */
  canonical(column: string, json = this.json(column)): string {
    if (this.kindOf(column) === 'boolean') return json
    return `${this.format === 'step' ? 'maestro_canonical' : 'maestro_bare_canonical'}(${json})`
  }

  /** Whether the values of declared columns are of their types: lines of a source have been looked at by nobody. */
  fits(columns: KnownColumns): string | undefined {
    const conditions = [...columns].flatMap(([column, { kind }]) => this.#fits(column, kind) ?? [])
    return conditions.length === 0 ? undefined : conditions.join(' AND ')
  }

  #fits(column: string, kind: Kind): string | undefined {
    const json = this.json(column)
    // By the first character: a digit or "-", or a quote.
    const isNumber = `(${json} >= '-' AND ${json} < ':')`
    const isFraction = `(contains(${json}, '.') OR contains(lower(${json}), 'e'))`
    const isText = `(${json} >= '"' AND ${json} < '#')`
    const isTagged = (tag: string) => (this.format === 'step' ? `starts_with(${json}, '{"${tag}":')` : 'false')
    const oneOf = (...conditions: readonly string[]) => `(${json} IS NULL OR ${conditions.join(' OR ')})`
    switch (kind) {
      case 'string':
      case 'decimal':
        return oneOf(isText)
      case 'boolean':
        return oneOf(`${json} IN ('true', 'false')`)
      case 'number': {
        const isExact = `CAST(CAST(CAST(${json} AS DOUBLE) AS BIGNUM) AS VARCHAR) = ${json}`
        return oneOf(
          `CASE WHEN NOT ${isNumber} THEN ${isTagged('$number')} WHEN strlen(${json}) <= 15 THEN true ELSE ${isFraction} OR ${isExact} END`,
        )
      }
      case 'integer': {
        const number = `CAST(${json} AS DOUBLE)`
        const isWhole = `${number} = trunc(${number}) AND abs(${number}) <= ${Number.MAX_SAFE_INTEGER}`
        return oneOf(
          `CASE WHEN NOT ${isNumber} THEN false WHEN strlen(${json}) <= 15 AND NOT ${isFraction} THEN true ELSE ${isWhole} END`,
        )
      }
      case 'bigint':
        return oneOf(isTagged('$bigint'), `(${isNumber} AND NOT ${isFraction})`)
      case 'date':
        return oneOf(`starts_with(${json}, '{"$date":"')`)
      case 'bytes':
      case 'vector':
        return oneOf(isTagged(`$${kind}`))
      default:
        return undefined
    }
  }

  /** Whether a value is there that SQL cannot hold. */
  misfit(column: string): string {
    if (['invalid', 'broken', 'json', 'mixed'].includes(this.kindOf(column))) return 'false'
    return `(${this.json(column)} IS NOT NULL AND (${this.typed(column)}) IS NULL)`
  }

  /** Whether SQL compares values of a column as we do. */
  #isSimple(column: string): boolean {
    const kind = this.kindOf(column)
    if (kind === 'boolean') return true
    if (this.#mode === 'tolerant') return false
    return (
      ['string', 'number', 'integer', 'bigint', 'date'].includes(kind) ||
      (kind === 'decimal' && this.#known.get(column)?.sqlType !== undefined)
    )
  }

  /** A cast of 1.5 to an integer would round it without a word. */
  #integer(json: string, cast: (value: string, as?: string) => string): string {
    const whole = this.format === 'step' && this.#mode === 'tolerant' ? this.#tagged(json, '$bigint') : json
    const isFraction = `(contains(${whole}, '.') OR contains(lower(${whole}), 'e'))`
    return `CASE WHEN ${isFraction} THEN ${cast(cast(whole, 'DOUBLE'))} ELSE ${cast(whole)} END`
  }

  #text(json: string): string {
    return `(${json}->>'$')`
  }

  /** JSON without the tags of a step file. */
  #plain(json: string): string {
    return this.format === 'step'
      ? `CASE WHEN contains(${json}, '{"$') THEN maestro_plain(${json}) ELSE ${json} END`
      : json
  }

  /** The text of a number, which a step file may hold tagged. */
  #tagged(json: string, tag: string): string {
    if (this.format === 'rows') return json
    return `CASE WHEN starts_with(${json}, '{') THEN ${json}->>${pointer(tag)} ELSE ${json} END`
  }

  #raw(column: string): string {
    return `${valuesColumn}[${this.#names.indexOf(column) + 1}]`
  }
}
