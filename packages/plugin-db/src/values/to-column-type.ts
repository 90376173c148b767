import { type ColumnType, isExactNumber, parseInteger, parseJson } from '@maestro-dataflow/core'
import { digitsOf } from './decimal.js'
import { jsonText } from './json-text.js'
import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'

/** Converts a value of a database to the type that the user declares. @throws Unfit if that is impossible */
export function toColumnType(value: unknown, type: ColumnType): unknown {
  switch (type) {
    case 'unknown':
      return value
    case 'string':
      if (typeof value === 'string') return value
      if (value instanceof Date) return value.toISOString()
      return typeof value === 'object'
        ? fit(value instanceof Uint8Array ? undefined : jsonText(value), value, type)
        : String(value)
    case 'number':
      return fit(numberOf(value), value, type)
    case 'integer': {
      const number = numberOf(value)
      return fit(Number.isSafeInteger(number) ? number : undefined, value, type)
    }
    case 'bigint':
      if (typeof value === 'bigint') return value
      if (Number.isSafeInteger(value)) return BigInt(value as number)
      return fit(typeof value === 'string' ? parseInteger(value.replace(/\.0+$/, '')) : undefined, value, type)
    case 'decimal':
      if (typeof value === 'number' || typeof value === 'bigint') return digitsOf(value)
      return fit(typeof value === 'string' && isDecimal(value) ? value : undefined, value, type)
    case 'boolean':
      if (typeof value === 'boolean') return value
      return fit(Number(value) === 1 ? true : Number(value) === 0 ? false : undefined, value, type)
    case 'date':
      return fit(value instanceof Date ? value : typeof value === 'string' ? parseDate(value) : undefined, value, type)
    case 'bytes':
      return fit(value instanceof Uint8Array ? value : undefined, value, type)
    case 'vector':
      return fit(vectorOf(value), value, type)
    case 'json':
      return typeof value === 'string' ? parsed(value) : value
  }
}

const isDecimal = (text: string) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)

function fit(typed: unknown, value: unknown, type: ColumnType): unknown {
  if (typed === undefined) throw new Unfit(value, `is not a valid ${type}`)
  return typed
}

/** The number of a value. A whole number keeps all its digits, and no number becomes infinite. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return isExactNumber(value) ? Number(value) : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^(NaN|-?Infinity)$/.test(text)) return Number(text)
  const integer = parseInteger(text)
  if (integer !== undefined) return numberOf(integer)
  return isDecimal(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
}

function vectorOf(value: unknown): Float32Array | undefined {
  if (value instanceof Float32Array) return value
  if (value instanceof Uint8Array && value.byteLength % 4 === 0) return new Float32Array(new Uint8Array(value).buffer)
  if (Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(Math.fround(item))))
    return new Float32Array(value)
  return undefined
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new Unfit(text, 'is not valid json')
  }
}
