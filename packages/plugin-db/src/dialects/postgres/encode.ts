import { timeText, toDay } from '../../values/convert-date.js'
import { toBoolean, toDecimal, toInteger, toNumber } from '../../values/convert-number.js'
import {
  type Encode,
  type Encoders,
  encodeByItself,
  toBuffer,
  toText,
  toVector,
  withoutNul,
} from '../../values/encode.js'
import { jsonText } from '../../values/json-text.js'
import { within } from '../../values/limits.js'
import { Unfit } from '../../values/unfit.js'
import type { ColumnKind } from '../../values/value-kind.js'

const toWhole: Encode = (value) => String(toInteger(value))

/** PostgreSQL receives text for everything. */
const encoders: Encoders = {
  text: (value) => withoutNul(toText(value)),
  integer: toWhole,
  bigint: toWhole,
  number: toFloat,
  decimal: toDecimal,
  boolean: (value) => (toBoolean(value) ? 't' : 'f'),
  timestamp: timeText,
  local: (value) => timeText(value).slice(0, -1),
  day: toDay,
  bytes: (value) => `\\x${toBuffer(value).toString('hex')}`,
  bits: toWhole,
  json: (value) => withoutNul(jsonText(value)),
  vector: (value) => `[${toVector(value).join(',')}]`,
}

export function encoderOf(column: ColumnKind): Encode {
  const { kind, list, limits } = column
  const point = limits?.amounts?.point
  const plain: Encode =
    point !== undefined
      ? (value) => toDecimal(value).replace('.', point)
      : kind === 'other'
        ? (value) => encodeByItself(value, encoders)
        : encoders[kind]
  const encode = within(column, plain)
  if (list !== true) return encode
  return (value) => {
    if (!Array.isArray(value) && !(value instanceof Float32Array)) throw new Unfit(value, 'is not a list')
    return arrayText(Array.from(value), encode)
  }
}

function toFloat(value: unknown): string {
  const number = toNumber(value)
  return Object.is(number, -0) ? '-0' : String(number)
}

function arrayText(items: readonly unknown[], encode: Encode): string {
  const texts = items.map((item) => {
    if (item === null || item === undefined) return 'NULL'
    if (Array.isArray(item)) return arrayText(item, encode)
    return `"${String(encode(item)).replaceAll(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join(',')}}`
}
