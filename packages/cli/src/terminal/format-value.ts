import { toJsonText } from './json.js'
import { cutText } from './text-width.js'

// Characters that a terminal acts upon, or that turn the direction of what follows; JSON leaves them as they are.
const acting = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A value of a row on one line, safe to print. Texts are quoted, so that "1" and 1 differ. */
export function formatValue(value: unknown, width: number): string {
  return cutText(valueText(value, width).replace(acting, escaped), width)
}

/** A name, such as a column's or a row's id, without what a terminal would act upon. */
export function formatName(name: string): string {
  const plain = name !== '' && name.trim() === name && !unprintable.test(name)
  return plain ? name : JSON.stringify(name).replace(acting, escaped)
}

function valueText(value: unknown, width: number): string {
  if (value === undefined) return 'undefined'
  // A long text is cut before it is quoted: a cell may hold megabytes.
  if (typeof value === 'string') return JSON.stringify(value.slice(0, width * 16))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Float32Array)
    return `vector of ${value.length}: ${[...value.slice(0, 4)].map(short).join(' ')} …`
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  return toJsonText(value)
}

const short = (number: number): string => String(Number(number.toPrecision(4)))

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
