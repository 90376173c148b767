import { Unfit } from './unfit.js'
import type { ValueKind } from './value-kind.js'

/** The values that all drivers accept. */
export type Binding = string | number | bigint | Buffer | null

/**
 * Converts a value of a row, other than null, to the driver's form. @throws Unfit for a value that the column cannot
 * hold
 */
export type Encode = (value: unknown) => Binding

/** How a database encodes values of every kind. */
export type Encoders = Readonly<Record<Exclude<ValueKind, 'other'>, Encode>>

/** Encodes a value for a column whose type is not in the table of types, as in a column of the value's own type. */
export function encodeByItself(value: unknown, encoders: Encoders): Binding {
  switch (typeof value) {
    case 'number':
      return encoders.number(value)
    case 'bigint':
      return encoders.bigint(value)
    case 'boolean':
      return encoders.boolean(value)
    case 'object':
      break
    default:
      return encoders.text(value)
  }
  if (value instanceof Uint8Array) return encoders.bytes(value)
  if (value instanceof Float32Array) return encoders.vector(value)
  return value instanceof Date ? encoders.timestamp(value) : encoders.json(value)
}

/** The text of a value that is a text or has a text form. @throws Unfit */
export function toText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
      throw new Unfit(value, 'is not a text')
  }
}

/** A text whose characters are all preserved. @throws Unfit for a lone surrogate */
export function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Unfit(text, 'contains a lone surrogate')
  return text
}

/** A text for a database that does not support NUL characters. @throws Unfit */
export function withoutNul(text: string): string {
  if (text.includes('\0')) throw new Unfit(text, 'contains a NUL character, which the database does not support')
  return wellFormed(text)
}

/** Bytes, also those of a vector. @throws Unfit */
export function toBuffer(value: unknown): Buffer {
  if (!(value instanceof Uint8Array) && !(value instanceof Float32Array)) throw new Unfit(value, 'is not bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** A list of numbers as a vector. @throws Unfit */
export function toVector(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return Float32Array.from(value)
  throw new Unfit(value, 'is not a vector')
}

/** The bytes of a vector. @throws Unfit */
export const toVectorBytes = (value: unknown): Buffer => toBuffer(toVector(value))
