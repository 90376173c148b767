import { timeText, toDay } from '../../values/convert-date.js'
import { toBoolean, toDecimal, toInteger, toNumber } from '../../values/convert-number.js'
import {
  type Binding,
  type Encode,
  type Encoders,
  encodeByItself,
  toBuffer,
  toText,
  toVectorBytes,
  withoutNul,
} from '../../values/encode.js'
import { jsonText } from '../../values/json-text.js'
import { within } from '../../values/limits.js'
import { Unfit } from '../../values/unfit.js'
import type { ColumnKind } from '../../values/value-kind.js'

const encoders: Encoders = {
  text: (value) => withoutNul(toText(value)),
  integer: toWhole,
  bigint: toWhole,
  number: toReal,
  decimal: toNumeric,
  boolean: (value) => (toBoolean(value) ? 1 : 0),
  timestamp: timeText,
  local: timeText,
  day: toDay,
  bytes: toBuffer,
  bits: toWide,
  json: (value) => withoutNul(jsonText(value)),
  vector: toVectorBytes,
}

export function encoderOf(column: ColumnKind): Encode {
  const { kind, asText } = column
  if (asText === true) return toDecimal
  return within(column, kind === 'other' ? encodeAny : encoders[kind])
}

/** A column without a type keeps what the driver makes of a value, which is a fraction for every number. */
function encodeAny(value: unknown): Binding {
  return encodeByItself(Number.isSafeInteger(value) ? BigInt(value as number) : value, encoders)
}

/** SQLite's integers have 64 bits; a larger one would become another number. */
function toWide(value: unknown): bigint {
  const integer = BigInt(toInteger(value))
  if (BigInt.asIntN(64, integer) !== integer) throw new Unfit(value, 'is out of range')
  return integer
}

/**
 * A value for a column of integers. The driver passes a number as a fraction, which such a column stores as an integer; this
 * takes less time than a big integer.
 */
function toWhole(value: unknown): bigint | number {
  return Number.isSafeInteger(value) ? (value as number) : toWide(value)
}

/** SQLite has no decimals: they become numbers, or integers of 64 bits. */
function toNumeric(value: unknown): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'string' && /^\s*[+-]?\d{16,}\s*$/.test(value)))
    return toWide(value)
  return toReal(value)
}

/** SQLite accepts infinities and converts NaN to null. */
function toReal(value: unknown): number {
  const number = toNumber(value)
  if (Number.isNaN(number)) throw new Unfit(value, 'is a number that the database cannot hold')
  return number
}
