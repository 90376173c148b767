import { type ColumnType, decodeStepLine, encodeStepLine, type Row, rowFromEntries } from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import type { Decode } from '../values/decode.js'
import type { Binding, Encode } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'
import type { StepColumn } from './step-columns.js'

/** What a row has beyond the columns of its step's table. */
interface Rest {
  /** Values that their column cannot preserve, and values of columns that the table lacks. */
  readonly values: Row
  /** Columns that the row lacks, because a missing value is not the same as null. */
  readonly missing: readonly string[]
}

/** Converts rows to those of a step's table and back, so that every value is preserved. */
export class StepRows {
  readonly #columns: readonly StepColumn[]
  readonly #names: ReadonlySet<string>
  readonly #encoders: readonly Encode[]
  readonly #encodeRest: Encode
  readonly #decoders: readonly (Decode | undefined)[]

  /**
   * @param encoderOf How to encode values for the inserter; the dialect's own encoder if the inserter takes the
   *   driver's values.
   */
  constructor(
    dialect: Dialect,
    columns: readonly StepColumn[],
    encoderOf: (column: ColumnKind) => Encode = dialect.encoderOf,
  ) {
    this.#columns = columns
    this.#names = new Set(columns.map(({ name }) => name))
    this.#encoders = columns.map(({ type }) => encoderFor(encoderOf, type))
    this.#encodeRest = encoderOf({ kind: 'text' })
    this.#decoders = columns.map(({ type }) => decoderFor(dialect, type))
  }

  /** The values of the columns, and the rest. @throws MAESTRO_ROW_UNENCODABLE */
  encode(row: Row): readonly Binding[] {
    const values: [string, unknown][] = []
    const missing: string[] = []
    const bindings = this.#columns.map(({ name, type }, at): Binding => {
      if (!Object.hasOwn(row, name)) {
        missing.push(name)
        return null
      }
      const value = row[name]
      if (value === null) return null
      if (fits(value, type)) return (this.#encoders[at] as Encode)(value)
      values.push([name, value])
      return null
    })
    for (const [name, value] of Object.entries(row)) if (!this.#names.has(name)) values.push([name, value])
    const rest: Rest = { values: Object.fromEntries(values), missing }
    return [...bindings, values.length + missing.length === 0 ? null : this.#encodeRest(toText(rest))]
  }

  /** @param raw The values of the columns, and the rest, as the driver returns them. */
  decode(raw: readonly unknown[]): Row {
    const text = raw[this.#columns.length]
    const rest = text === null || text === undefined ? undefined : (fromText(text as string) as Rest)
    const missing = new Set(rest?.missing)
    const entries: [string, unknown][] = []
    for (const [at, { name }] of this.#columns.entries()) {
      if (missing.has(name)) continue
      entries.push([
        name,
        rest !== undefined && Object.hasOwn(rest.values, name) ? rest.values[name] : this.#value(raw[at], at),
      ])
    }
    for (const [name, value] of Object.entries(rest?.values ?? {}))
      if (!this.#names.has(name)) entries.push([name, value])
    return rowFromEntries(entries)
  }

  #value(raw: unknown, at: number): unknown {
    if (raw === null) return null
    const decode = this.#decoders[at]
    return decode === undefined ? raw : decode(raw)
  }
}

/** Whether a column of a type preserves the value in every database. */
function fits(value: unknown, type: ColumnType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
    case 'bigint':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return value instanceof Date && value.getUTCFullYear() >= 1000 && value.getUTCFullYear() <= 9999
    case 'bytes':
      return value instanceof Uint8Array
    case 'vector':
      return value instanceof Float32Array
    default:
      return value !== undefined
  }
}

/** How the columns of `tableColumns` hold each type. */
function kindOf(type: ColumnType): ColumnKind {
  if (type === 'date') return { kind: 'timestamp' }
  if (type === 'bytes' || type === 'vector') return { kind: 'bytes' }
  return { kind: type === 'number' || type === 'bigint' || type === 'boolean' ? type : 'text' }
}

function encoderFor(encoderOf: (column: ColumnKind) => Encode, type: ColumnType): Encode {
  const encode = encoderOf(kindOf(type))
  if (type === 'json') return (value) => encode(toText(value))
  if (type !== 'vector') return encode
  return (value) => {
    const { buffer, byteOffset, byteLength } = value as Float32Array
    return encode(new Uint8Array(buffer, byteOffset, byteLength))
  }
}

function decoderFor(dialect: Dialect, type: ColumnType): Decode | undefined {
  const decode = dialect.decoderOf(kindOf(type))
  if (type === 'json') return (raw) => fromText(raw as string)
  if (type !== 'vector' || decode === undefined) return decode
  return (raw) => new Float32Array((decode(raw) as Uint8Array).buffer)
}

const [before, after] = ['{"id":"","row":{"value":', '}}']

/** A value as JSON, as in step files: with tags for what JSON cannot express. */
function toText(value: unknown): string {
  return encodeStepLine('', { value }).slice(before.length, -after.length)
}

function fromText(text: string): unknown {
  return decodeStepLine(`${before}${text}${after}`).row.value
}
