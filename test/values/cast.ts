import type { ColumnType } from '@maestro-dataflow/core'
import { numberText } from './texts.js'

/** Marks a value that a cast refuses. */
export const refused = Symbol('refused')

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const digits = /^[+-]?\d+$/
const special = /^(NaN|-?Infinity)$/
const instant = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)([T ](\d\d):(\d\d)(:(\d\d)(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/i

/** What `table.cast` makes of a value: the value in the other type if it is clearly one, or else {@link refused}. */
export function castTo(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return value
  if (type === 'string') return textOf(value)
  if (typeof value === 'string' && value.trim() === '') return null
  const text = typeof value === 'string' ? value.trim() : undefined
  switch (type) {
    case 'number':
      return toNumber(value)
    case 'integer': {
      const found = toNumber(value)
      return Number.isSafeInteger(found) ? Number(found) + 0 : refused
    }
    case 'bigint':
      if (typeof value === 'bigint') return value
      if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : refused
      return text !== undefined && digits.test(text) ? BigInt(text.replace('+', '')) : refused
    case 'decimal':
      if (typeof value === 'number' || typeof value === 'bigint') return numberText(value)
      return text !== undefined && (number.test(text) || special.test(text)) ? text : refused
    case 'boolean': {
      const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase()
      return ['true', 'yes', '1'].includes(word) ? true : ['false', 'no', '0'].includes(word) ? false : refused
    }
    case 'date':
      if (value instanceof Date) return value
      if (typeof value === 'number' || typeof value === 'bigint')
        return Number.isInteger(Number(value)) && Math.abs(Number(value)) <= 8.64e15 ? new Date(Number(value)) : refused
      return text === undefined ? refused : toDate(text)
    default:
      return fromJson(text ?? jsonText(value))
  }
}

function toNumber(value: unknown): unknown {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint')
    return BigInt(Number.isFinite(Number(value)) ? Number(value) : 0) === value ? Number(value) : refused
  if (typeof value !== 'string') return refused
  const text = value.trim()
  if (special.test(text)) return Number(text)
  if (!number.test(text) || !Number.isFinite(Number(text))) return refused
  return digits.test(text) && BigInt(Number(text)) !== BigInt(text.replace('+', '')) ? refused : Number(text)
}

/** The text of a value: what a cell of CSV holds. Lists and objects are JSON with all that they hold, if JSON has it. */
export function textOf(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? refused : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'object' ? jsonText(value) : String(value)
}

function jsonText(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? numberJson(value) : refused
  if (value instanceof Float32Array) return jsonText(Array.from(value))
  if (Array.isArray(value)) return joined('[', value.map(jsonText), ']')
  if (value instanceof Date || value instanceof Uint8Array) {
    const text = textOf(value)
    return text === refused ? refused : JSON.stringify(text)
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => {
    const text = jsonText(member)
    return text === refused ? refused : `${JSON.stringify(name)}:${String(text)}`
  })
  return joined('{', members, '}')
}

/** Without an exponent, a whole number beyond 2^53 would be a big integer. */
function numberJson(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
}

function joined(open: string, parts: readonly unknown[], close: string): unknown {
  return parts.includes(refused) ? refused : `${open}${parts.join()}${close}`
}

function toDate(text: string): unknown {
  const [, year = '', month = '', day = '', , hour = '0', minute = '0', , second = '0', fraction = '', zone = 'Z'] =
    instant.exec(text) ?? []
  if (year === '' || year === '-000000') return refused
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return refused
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return refused
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(1, 4).padEnd(3, '0')))
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? 1 : -1)
  return new Date(date.getTime() + (sign === undefined ? 0 : offset * 60_000))
}

function fromJson(text: unknown): unknown {
  if (typeof text !== 'string') return refused
  try {
    return JSON.parse(text, ((_, value, { source } = { source: '' }) => {
      if (typeof value !== 'number') return value
      if (!Number.isFinite(value)) throw new Error('too large')
      return digits.test(source ?? '') && !Number.isSafeInteger(value) ? BigInt(source ?? '') : value
    }) as (this: unknown, key: string, value: unknown) => unknown)
  } catch {
    return refused
  }
}
