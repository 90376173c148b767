import { Unfit } from './unfit.js'

/**
 * A value as JSON: dates as ISO text, bytes as base64, vectors as lists, integers beyond 2^53 with all their digits.
 *
 * @throws Unfit for what JSON cannot express: NaN, functions, Maps, circular values
 */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value, replace)
  } catch (error) {
    // A value that contains itself.
    if (error instanceof TypeError || error instanceof RangeError)
      throw new Unfit('the value', 'cannot be written as JSON')
    throw error
  }
}

// The holder is needed, because `given` is what toJSON made of a date or buffer.
function replace(this: Readonly<Record<string, unknown>>, key: string, given: unknown): unknown {
  const value = this[key]
  switch (typeof value) {
    case 'bigint':
      return rawJson(value.toString())
    case 'number':
      if (!Number.isFinite(value)) throw new Unfit(value, 'cannot be written as JSON')
      return isPlain(value) ? value : rawJson(Object.is(value, -0) ? '-0.0' : value.toExponential())
    case 'function':
    case 'symbol':
      throw new Unfit(typeof value, 'cannot be written as JSON')
    case 'object':
      break
    default:
      return given
  }
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (value instanceof Float32Array) return Array.from(value)
  if (value instanceof Map || value instanceof Set || (value instanceof Date && Number.isNaN(value.getTime())))
    throw new Unfit(value, 'cannot be written as JSON')
  return given
}

/** Whether JavaScript writes a number so that it is read as the same one: not as 0, and not as a big integer. */
const isPlain = (value: number): boolean =>
  Number.isInteger(value) ? Number.isSafeInteger(value) && !Object.is(value, -0) : true

/** Preserves the digits of a number. Node has it, but TypeScript's list of globals does not include it yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
