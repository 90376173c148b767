import { rawJson } from './plain-json.js'

/**
 * A value as JSON that is read as the same value: dates are ISO text, bytes are base64, vectors are lists.
 * The result is undefined if it holds a number or a date that JSON lacks.
 */
export function exactJson(value: unknown): string | undefined {
  let isExact = true
  function replace(this: Readonly<Record<string, unknown>>, key: string, given: unknown): unknown {
    const member = this[key]
    if (typeof member === 'bigint') return rawJson(member.toString())
    if (typeof member === 'number') return numberJson(member)
    if (member instanceof Date && Number.isNaN(member.getTime())) isExact = false
    if (member instanceof Uint8Array)
      return Buffer.from(member.buffer, member.byteOffset, member.byteLength).toString('base64')
    return member instanceof Float32Array ? Array.from(member) : given
  }
  function numberJson(number: number): unknown {
    if (!Number.isFinite(number)) isExact = false
    // DuckDB would write -0 as 0.
    if (Object.is(number, -0)) return rawJson('-0.0')
    // Without an exponent, a whole number beyond 2^53 would be read as a big integer.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? rawJson(number.toExponential()) : number
  }
  const text = JSON.stringify(value, replace)
  return isExact ? text : undefined
}
