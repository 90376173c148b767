import { hasType, isExactNumber, parseInteger, parseIsoDate, parseJson } from '@maestro-dataflow/core'
import { exactJson } from '../values/exact-json.js'

/** The types that values can be cast to. */
export const castTypes = ['string', 'number', 'integer', 'bigint', 'decimal', 'boolean', 'date', 'json'] as const

export type CastType = (typeof castTypes)[number]

/** Marks a value that cannot be converted to a type. */
export const noValue = Symbol('no value')

/**
 * Converts a value to another type. Null stays null, and an empty text becomes null for all types except text. Nothing
 * is guessed: a value that is not clearly of the type is refused.
 *
 * @returns the value, or `noValue`
 */
export function castValue(value: unknown, type: CastType): unknown {
  if (value === null || value === undefined) return value
  if (type === 'string') return toText(value)
  if (typeof value === 'string' && value.trim() === '') return null
  switch (type) {
    case 'number':
      return toNumber(value)
    case 'integer':
      return toInteger(value)
    case 'bigint':
      return toBigint(value)
    case 'decimal':
      return toDecimal(value)
    case 'boolean':
      return toBoolean(value)
    case 'date':
      return toDate(value)
    case 'json':
      return toJson(value)
  }
}

function toText(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? noValue : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'object') return exactJson(value as object) ?? noValue
  return Object.is(value, -0) ? '-0' : String(value)
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
/** What JavaScript writes for the numbers that have no digits. */
const specialNumber = /^(NaN|-?Infinity)$/

function toNumber(value: unknown): unknown {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return isExactNumber(value) ? Number(value) : noValue
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return noValue
  const text = value.trim()
  if (specialNumber.test(text)) return Number(text)
  const integer = parseInteger(text)
  // An integer must not lose any digit, and 1e400 must not become infinite.
  if (integer !== undefined) return isExactNumber(integer) ? Number(text) : noValue
  return decimal.test(text) && Number.isFinite(Number(text)) ? Number(text) : noValue
}

function toInteger(value: unknown): unknown {
  const number = toNumber(value)
  // Whole numbers have no negative zero.
  return Number.isSafeInteger(number) ? (number as number) + 0 : noValue
}

function toBigint(value: unknown): unknown {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : noValue
  return (typeof value === 'string' ? parseInteger(value.trim()) : undefined) ?? noValue
}

/** A decimal number is text with all its digits, or NaN or an infinity. */
function toDecimal(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  return typeof value === 'string' && hasType(value.trim(), 'decimal') ? value.trim() : noValue
}

const truth: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
}

function toBoolean(value: unknown): unknown {
  if (typeof value === 'boolean') return value
  return truth[String(value).trim().toLowerCase()] ?? noValue
}

/** The last instant that a date can represent, in milliseconds since 1970. */
const furthestDate = 8.64e15

function toDate(value: unknown): unknown {
  if (value instanceof Date) return value
  // A date has no fraction of a millisecond.
  if (typeof value === 'number' || typeof value === 'bigint') {
    const instant = Number(value)
    return Number.isInteger(instant) && Math.abs(instant) <= furthestDate ? new Date(instant) : noValue
  }
  return (typeof value === 'string' ? parseIsoDate(value.trim()) : undefined) ?? noValue
}

/** JSON has no dates, bytes, and vectors: they become text and lists. */
function toJson(value: unknown): unknown {
  const text = typeof value === 'string' ? value : exactJson(value)
  if (text === undefined) return noValue
  try {
    return parseJson(text)
  } catch {
    return noValue
  }
}
