import { parseDecimal } from '../values/decimal.js'
import { parseDate } from '../values/parse-date.js'

/** Columns that return a text as it was written, or refuse it. */
const textual = /char|text|string|name|enum|set|json|mood|short|^$|blob/i

/** Types that the database normalizes, such as `01:00:00` for `1:0`. */
const reworded = /time|interval|inet|range|money|bit|uuid/i

/**
 * Whether a value that was read means what was written: it is equal, or it has another form that docs/databases.md
 * describes, such as a number as text, bytes as base64, or a list as JSON.
 */
export function isSameValue(written: unknown, read: unknown, type: string): boolean {
  if (Object.is(written, read) || written === read) return true
  if (typeof written === 'string' && typeof read === 'string') return isSameText(written, read, type)
  if (written instanceof Date || read instanceof Date) return timeOf(written) === timeOf(read)
  if (written instanceof Float32Array && Array.isArray(read)) return isSameValue([...written], read, type)
  if (ArrayBuffer.isView(written)) {
    if (typeof read === 'string') return read === bytesOf(written).toString('base64') || isSameJson([...iterate(written)], read)
    return ArrayBuffer.isView(read) && bytesOf(written).equals(bytesOf(read))
  }
  if (isScalar(written) && isScalar(read)) {
    if (String(written) === String(read)) return true
    // A whole number beyond 2^53 has the value of all its digits, not of the few that are shown.
    if (Number.isInteger(read) && /^-?\d+$/.test(String(written)) && BigInt(read as number) === BigInt(String(written))) return true
    const [a, b] = [digitsOf(written), digitsOf(read)]
    return a !== undefined && a === b
  }
  if (typeof written === 'object' && typeof read === 'string') return isSameJson(written, read)
  if (Array.isArray(written) && Array.isArray(read)) {
    const item = type.replace('[]', '')
    return written.length === read.length && written.every((one, at) => isSameValue(one, read[at], item))
  }
  return isObject(written) && isObject(read) && isSameObject(written, read)
}

function isSameText(written: string, read: string, type: string): boolean {
  if (textual.test(type)) return false
  const [a, b] = [digitsOf(written), digitsOf(read)]
  if (a !== undefined && b !== undefined && !/bit/i.test(type)) return a === b
  return reworded.test(type) && bare(written) === bare(read)
}

/** A text without blanks, separators, and insignificant zeros. */
const bare = (text: string) => text.replaceAll(/[\s,$]|\.?0+$|^0+(?=\d)|\/32$/g, '').toLowerCase()

function isSameJson(written: unknown, read: string): boolean {
  try {
    return isSameValue(written, JSON.parse(read), 'json')
  } catch {
    return false
  }
}

function isSameObject(written: object, read: object): boolean {
  const [a, b] = [new Map(Object.entries(written)), new Map(Object.entries(read))]
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isSameValue(value, b.get(key), 'json'))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isScalar = (value: unknown) => ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

function digitsOf(value: unknown): string | undefined {
  const parts = parseDecimal(String(typeof value === 'boolean' ? Number(value) : value).replaceAll(/[$,\s]/g, ''))
  return parts && JSON.stringify(parts)
}

function timeOf(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : typeof value === 'string' ? parseDate(value)?.getTime() : value
}

const bytesOf = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)

const iterate = (view: ArrayBufferView): Iterable<number> => (view instanceof Float32Array ? view : bytesOf(view))
