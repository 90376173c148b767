import {
  type Columns,
  type Logger,
  maestroError,
  needsColumnOrder,
  type Row,
  rowFromEntries,
  type SourceBatch,
  type SourceReject,
} from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import type { Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { furtherDigits } from '../values/convert-date.js'
import type { Decode } from '../values/decode.js'
import { toColumnType } from '../values/to-column-type.js'
import { Unfit } from '../values/unfit.js'
import type { ColumnKind } from '../values/value-kind.js'
import { sizeOfAll } from './pace.js'

/** How to create rows from a query's result. */
export interface RowShape {
  readonly dialect: Pick<Dialect, 'decoderOf' | 'timeText'>
  /** The name of the rows in ids and messages. */
  readonly name: string
  /** The columns whose values form a row's id; without them, the rows are counted. */
  readonly key: readonly string[] | undefined
  /** The types that the user declares; values are converted to them. */
  readonly types: Columns | undefined
  /** The columns of the rows. @default all columns of the result */
  readonly columns?: readonly string[] | undefined
  /** Hears of times that have more digits than a date. */
  readonly logger?: Logger | undefined
  /** What the columns of a table hold, because the database says more about a table than about a query. */
  readonly kinds?: ReadonlyMap<string, ColumnKind>
}

/** Creates rows with their ids; a record that cannot become a row is rejected. */
export class RowBuilder {
  readonly #shape: RowShape
  readonly #names: readonly string[]
  /** The positions of the columns in the result. */
  readonly #places: readonly number[]
  readonly #decoders: readonly (Decode | undefined)[]
  readonly #key: readonly number[] | undefined
  /** A column named `__proto__` would set the prototype of an object. */
  readonly #plain: boolean
  #ordinal = 0

  /**
   * @param fields The fields of the query.
   * @throws MAESTRO_DB_COLUMNS_DUPLICATE, MAESTRO_DB_COLUMN_MISSING
   */
  constructor(shape: RowShape, fields: readonly Field[]) {
    this.#shape = shape
    const given = fields.map(({ name }) => name)
    const duplicates = given.filter((name, index) => given.indexOf(name) !== index)
    if (duplicates.length > 0) throw dbError('MAESTRO_DB_COLUMNS_DUPLICATE', { columns: [...new Set(duplicates)] })
    this.#names = shape.columns ?? given
    const missing = [...this.#names, ...(shape.key ?? [])].filter((name) => !given.includes(name))
    if (missing.length > 0)
      throw dbError('MAESTRO_DB_COLUMN_MISSING', { table: shape.name, columns: [...new Set(missing)], known: given })
    this.#places = this.#names.map((name) => given.indexOf(name))
    this.#plain = !this.#names.includes('__proto__') && !needsColumnOrder(this.#names)
    this.#decoders = this.#places.map((place) => decoderFor(fields[place] as Field, shape))
    this.#key = shape.key?.map((name) => this.#names.indexOf(name))
  }

  batch(raw: readonly (readonly unknown[])[]): SourceBatch & { readonly bytes: number } {
    const ids: string[] = []
    const rows: Row[] = []
    const rejects: SourceReject[] = []
    for (const values of raw) {
      this.#ordinal++
      try {
        const row = this.#row(values)
        ids.push(this.#idOf(row))
        rows.push(row)
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        const id = `${this.#shape.name}:${this.#ordinal}`
        const reject = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason: error.message })
        rejects.push({
          id,
          row: rowFromEntries(this.#names.map((name, at) => [name, shownValue(values[this.#places[at] as number])])),
          error: reject,
          after: ids.length,
        })
      }
    }
    const bytes = sizeOfAll(raw)
    return rejects.length === 0 ? { ids, rows, bytes } : { ids, rows, bytes, rejects }
  }

  /** @throws Unfit */
  #row(values: readonly unknown[]): Row {
    const names = this.#names
    const row: Record<string, unknown> = {}
    const entries: [string, unknown][] = []
    let at = 0
    try {
      for (; at < names.length; at++) {
        const name = names[at] as string
        const raw = values[this.#places[at] as number]
        const decode = this.#decoders[at]
        const value = raw === null || raw === undefined ? null : decode === undefined ? raw : decode(raw)
        if (this.#plain) row[name] = value
        else entries.push([name, value])
      }
    } catch (error) {
      if (error instanceof Unfit) error.message = `column "${names[at]}": ${error.message}`
      throw error
    }
    return this.#plain ? row : rowFromEntries(entries)
  }

  #idOf(row: Row): string {
    if (this.#key === undefined) return `${this.#shape.name}:${this.#ordinal}`
    if (this.#key.length === 1) return this.#keyText(row, this.#key[0] as number)
    return JSON.stringify(this.#key.map((at) => this.#keyText(row, at)))
  }

  #keyText(row: Row, at: number): string {
    const value = row[this.#names[at] as string]
    if (value === null) throw new Unfit(null, `is not a value for the key column "${this.#names[at]}"`)
    return keyText(value)
  }
}

function keyText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

/** The driver's value as text, for rejected records. */
function shownValue(raw: unknown): unknown {
  return typeof raw === 'bigint' || Buffer.isBuffer(raw) ? String(raw) : raw
}

function decoderFor(field: Field, { dialect, types, kinds, logger }: RowShape): Decode | undefined {
  const column = kinds?.get(field.name) ?? field
  const type = types !== undefined && Object.hasOwn(types, field.name) ? types[field.name] : undefined
  const plain = dialect.decoderOf(column)
  const isTime = (column.kind === 'timestamp' || column.kind === 'local') && column.list !== true
  if (isTime && plain !== undefined && type === 'string')
    return (raw) => toColumnType(typeof raw === 'string' ? dialect.timeText(raw) : plain(raw), type)
  const decode = isTime && plain !== undefined ? noticing(plain, () => warnOfCutTime(logger, field.name)) : plain
  if (type === undefined || type === 'unknown') return decode
  // A column of JSON that is declared as JSON reads a JSON null as null.
  if (type === 'json' && column.kind === 'json' && column.list !== true && decode !== undefined)
    return (raw) => (typeof raw === 'string' && raw.trim() === 'null' ? null : decode(raw))
  return (raw) => toColumnType(decode === undefined ? raw : decode(raw), type)
}

/** The length of a time with milliseconds. */
const usualLength = '2026-01-02 03:04:05.678'.length

/** A decoder of times that notices the first one with more digits than a date. */
function noticing(decode: Decode, notice: () => void): Decode {
  let isNoticed = false
  return (raw) => {
    if (!isNoticed && typeof raw === 'string' && raw.length > usualLength && furtherDigits(raw) !== '') {
      isNoticed = true
      notice()
    }
    return decode(raw)
  }
}

/** Says that times lose digits, because nothing else shows it. */
function warnOfCutTime(logger: Logger | undefined, column: string): void {
  const advice = "Declare it as 'string' in the `columns` of the source to keep them."
  logger?.warn(`The column "${column}" has times with digits beyond milliseconds, which a date omits. ${advice}`)
}
