import { Buffer } from 'node:buffer'
import { hasType } from '@maestro-dataflow/core'

/*
 * One text for each value. Equal values have the same text, and the code point order of the texts is the order of the
 * values. docs/decisions/0015 gives these rules for values. DuckDB follows the same rules by itself if all values of a
 * column have one type that it knows.
 */

/** The first character of a key, in the order of the types of values. */
const ranks = { boolean: 'b', number: 'd', date: 'f', string: 'h', list: 'j', object: 'l', bytes: 'n', vector: 'p' }

/** The key of NaN and of an invalid date: equal to itself and after everything else. */
export const lastKey = '~'

/** The key of a value, or null if there is no value. */
export function orderKey(value: unknown): string | null {
  switch (typeof value) {
    case 'boolean':
      return ranks.boolean + (value ? '1' : '0')
    case 'number':
      return Number.isNaN(value) ? lastKey : ranks.number + numberKey(value)
    case 'bigint':
      return ranks.number + decimalKey(value.toString())
    case 'string':
      return ranks.string + textKey(value)
    case 'object':
      return value === null ? null : objectKey(value)
    default:
      return null
  }
}

function objectKey(value: object): string {
  if (value instanceof Date) {
    const instant = value.getTime()
    return Number.isNaN(instant) ? lastKey : ranks.date + numberKey(instant)
  }
  if (value instanceof Float32Array) return ranks.vector + listKey(value)
  if (value instanceof Uint8Array) return ranks.bytes + Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return ranks.list + listKey(value)
  const members = Object.entries(value)
    .flatMap(([name, member]) => {
      const key = orderKey(member)
      return key === null ? [] : [[textKey(name), key] as const]
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return ranks.object + members.map(([name, key]) => `${part(name)}${part(key)}`).join('')
}

function listKey(items: Iterable<unknown>): string {
  return Array.from(items, (item) => part(orderKey(item) ?? '')).join('')
}

/** A key inside another key, closed by a character that is less than all others. */
function part(key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the character that closes a part must not be in it
  return `${key.replace(/[\0\x01\x02]/g, (found) => `\x02${String.fromCharCode(found.charCodeAt(0) + 1)}`)}\x01`
}

/**
 * Text by code points, as in UTF-8. Half a character cannot be written in UTF-8; its place is that of its code point,
 * before U+E000.
 */
function textKey(text: string): string {
  if (text.isWellFormed() && !text.includes('\ue000')) return text
  return text.replace(/\p{Surrogate}|\ue000/gu, (found) => {
    const code = found.charCodeAt(0)
    return code === 0xe000 ? '\ue000\u2000' : `\ue000${String.fromCharCode(0x100 + code - 0xd800)}`
  })
}

export function numberKey(value: number): string {
  // Integers keep all their digits, so that they are equal to the same big integers and to no others.
  return decimalKey(Number.isInteger(value) ? BigInt(value).toString() : String(value))
}

const specialKeys = new Map([
  ['nan', lastKey],
  ['infinity', '4'],
  ['-infinity', '0'],
])

/** The order key of a decimal number that is a text, as of the same number; undefined if the text is none. */
export function decimalTextKey(text: string): string | undefined {
  if (!hasType(text, 'decimal')) return undefined
  const key = decimalKey(text)
  return key === lastKey ? key : ranks.number + key
}

/** The key of a number that is written in digits, such as -12.50 or 1e-7. Decimals also have NaN and the infinities. */
export function decimalKey(text: string): string {
  const special = specialKeys.get(text.toLowerCase())
  if (special !== undefined) return special
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const mantissa = digits.replace(/0+$/, '')
  if (mantissa === '') return '2'
  // The position of the point, counted from the first digit that is not zero.
  const point = digits.length - fraction.length + Number(exponent)
  const magnitude = String(point + 5e9).padStart(10, '0') + mantissa
  if (sign !== '-') return `3${magnitude}`
  return `1${magnitude.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`
}
