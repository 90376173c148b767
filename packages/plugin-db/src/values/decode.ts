import { parseJson } from '@maestro-dataflow/core'
import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'

/**
 * Converts a driver's value to the value of a row; never receives null. @throws Unfit for a value that a row cannot
 * hold
 */
export type Decode = (raw: unknown) => unknown

/** The driver's bytes as bytes of a row. */
export const bytesOf = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer)

/** A whole number from a database's digits; a number takes less time to convert than a text. */
export function bigintOf(raw: unknown): bigint {
  return typeof raw === 'string' && raw.length < 16 ? BigInt(Number(raw)) : BigInt(raw as string | number)
}

/** Decodes numbers of four bytes each. */
export const vectorOf = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer)

/** Parses a text of JSON. @throws Unfit for a JSON null, which is not the same as no value */
export function jsonOf(raw: unknown): unknown {
  const value = parseJson(raw as string)
  if (value === null)
    throw new Unfit(null, "is a JSON null, and not NULL; declare the column as 'json' to read both as null")
  return value
}

/** Parses a date from the text of a database. @throws Unfit */
export function dateOf(raw: unknown): Date {
  const date = typeof raw === 'string' ? parseDate(raw) : undefined
  if (date === undefined) throw new Unfit(raw, 'is a date that no row can hold')
  return date
}
