import { print } from './print.js'

/** A value as JSON: bytes as base64, vectors as lists, and integers beyond the range of JSON readers as texts. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, readable, indent)
}

/** Prints a value as the only output on standard output. */
export function printJson(value: unknown, indent?: number): void {
  print(`${toJsonText(value, indent)}\n`)
}

function readable(this: unknown, key: string, value: unknown): unknown {
  // Buffers have already been converted by their own toJSON here.
  const held = (this as Readonly<Record<string, unknown>>)[key]
  if (typeof held === 'bigint') return held.toString()
  if (held instanceof Float32Array) return Array.from(held)
  return held instanceof Uint8Array ? Buffer.from(held).toString('base64') : value
}
