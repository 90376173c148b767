import { hash } from 'node:crypto'
import type { SourceCursor } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { Binding } from '../values/encode.js'

/** The cursor behind the row with these values of the key, as JSON. */
export function keyCursor(values: readonly Binding[]): SourceCursor {
  return { after: values.map(toJson) }
}

/** The values of the key in a cursor. */
export function keyOfCursor({ after }: SourceCursor): readonly Binding[] {
  return (after as readonly JsonValue[]).map(fromJson)
}

type JsonValue = string | number | null | { readonly bigint: string } | { readonly bytes: string }

function toJson(value: Binding): JsonValue {
  if (typeof value === 'bigint') return { bigint: String(value) }
  return Buffer.isBuffer(value) ? { bytes: value.toString('base64') } : value
}

function fromJson(value: JsonValue): Binding {
  if (value === null || typeof value !== 'object') return value
  return 'bigint' in value ? BigInt(value.bigint) : Buffer.from(value.bytes, 'base64')
}

/**
 * Identifies what is read in pages. The rows themselves are not identified: those that others change behind the reader
 * are not seen, whether one process reads the table or several, one after the other.
 */
export function keysetIdentity(
  what: string,
  { shown }: ConnectionSettings,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const { connection: _, schema: __, ...reading } = options
  const text = JSON.stringify([shown, reading], (_key, value) => (typeof value === 'bigint' ? String(value) : value))
  return { [what]: hash('sha256', text).slice(0, 32) }
}
