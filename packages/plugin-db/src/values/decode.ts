import { parseJson } from '@maestro-dataflow/core'
import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'

/** Makes a value of a row from what the driver gives; never gets null. @throws Unfit for what a row cannot hold */
export type Decode = (raw: unknown) => unknown

/** Bytes of a driver as those of a row. */
export const bytesOf = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer)

/** The numbers that bytes hold, four bytes each. */
export const vectorOf = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer)

/** What a text of JSON says. @throws Unfit for a JSON null, which is not the same as no value */
export function jsonOf(raw: unknown): unknown {
  const value = parseJson(raw as string)
  if (value === null)
    throw new Unfit(null, "is a JSON null, and not NULL; declare the column as 'json' to read both as null")
  return value
}

/** A date from the text of a database. @throws Unfit */
export function dateOf(raw: unknown): Date {
  const date = typeof raw === 'string' ? parseDate(raw) : undefined
  if (date === undefined) throw new Unfit(raw, 'is a date that no row can hold')
  return date
}
