import { timeText, toDay } from '../../values/convert-date.js'
import { toBoolean, toDecimal, toInteger, toNumber } from '../../values/convert-number.js'
import {
  type Encode,
  type Encoders,
  encodeByItself,
  toBuffer,
  toText,
  toVectorBytes,
  wellFormed,
} from '../../values/encode.js'
import { jsonText } from '../../values/json-text.js'
import { within } from '../../values/limits.js'
import { Unfit } from '../../values/unfit.js'
import type { ColumnKind } from '../../values/value-kind.js'

const toWhole: Encode = (value) => String(toInteger(value))

const encoders: Encoders = {
  text: (value) => wellFormed(toText(value)),
  integer: toWhole,
  bigint: toWhole,
  number: toFinite,
  decimal: toDecimal,
  boolean: (value) => (toBoolean(value) ? 1 : 0),
  timestamp: toTime,
  local: toTime,
  day: toDay,
  bytes: toBuffer,
  bits: toBits,
  json: (value) => wellFormed(jsonText(value)),
  vector: toVectorBytes,
}

export function encoderOf(column: ColumnKind): Encode {
  const { kind, limits } = column
  if (limits?.year === true) return within(column, (value) => String(toInteger(value)).padStart(4, '0'))
  return within(column, kind === 'other' ? (value) => encodeByItself(value, encoders) : encoders[kind])
}

function toFinite(value: unknown): number {
  const number = toNumber(value)
  if (!Number.isFinite(number)) throw new Unfit(value, 'is a number that the database cannot hold')
  return number
}

/** Formats a time as `2026-01-02 03:04:05.678`, in UTC like the session. */
function toTime(value: unknown): string {
  const text = timeText(value)
  return `${text.slice(0, 10)} ${text.slice(11, -1)}`
}

/** MySQL expects bits as bytes, because it would read a text as the bytes of its characters. */
function toBits(value: unknown): Buffer {
  const bits = BigInt(toInteger(value))
  if (bits < 0n) throw new Unfit(value, 'is out of range')
  const digits = bits.toString(16)
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}
