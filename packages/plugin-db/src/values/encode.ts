import { Unfit } from './unfit.js'
import type { ValueKind } from './value-kind.js'

/** What all drivers take as a value. */
export type Binding = string | number | bigint | Buffer | null

/** Makes what the driver takes from a value of a row that is not null. @throws Unfit for what the column cannot hold */
export type Encode = (value: unknown) => Binding

/** How a database encodes values of every kind. */
export type Encoders = Readonly<Record<Exclude<ValueKind, 'other'>, Encode>>

/** A value for a column of a type that is not in the table of types: each as it would be in a column of its own. */
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

/** The text of a value that is text or says itself in words. @throws Unfit */
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
      throw new Unfit(value, 'is no text')
  }
}

/** Text that every character of survives. @throws Unfit for half a character */
export function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Unfit(text, 'holds half a character (a lone surrogate)')
  return text
}

/** Text for a database that has no NUL character. @throws Unfit */
export function withoutNul(text: string): string {
  if (text.includes('\0')) throw new Unfit(text, 'holds a NUL character, which the database cannot')
  return wellFormed(text)
}

/** Bytes, also those of a vector. @throws Unfit */
export function toBuffer(value: unknown): Buffer {
  if (!(value instanceof Uint8Array) && !(value instanceof Float32Array)) throw new Unfit(value, 'holds no bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** A list of numbers as a vector. @throws Unfit */
export function toVector(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return Float32Array.from(value)
  throw new Unfit(value, 'is no vector')
}

/** The bytes of a vector. @throws Unfit */
export const toVectorBytes = (value: unknown): Buffer => toBuffer(toVector(value))
