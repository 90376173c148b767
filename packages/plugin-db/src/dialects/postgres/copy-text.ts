import type { Binding, Encode } from '../../values/encode.js'
import type { ColumnKind, ValueKind } from '../../values/value-kind.js'
import { encoderOf } from './encode.js'

/** Kinds whose text never contains a special character of COPY. */
const plain: ReadonlySet<ValueKind> = new Set(['integer', 'bigint', 'number', 'boolean', 'timestamp', 'local', 'day'])

/** The special characters of COPY, and characters that need a closer check: lone surrogates and NUL. */
const unusual = /[\\\n\r\t\0\ud800-\udfff]/

/** Encodes values of a PostgreSQL column for COPY. */
export function copyEncoderOf(column: ColumnKind): Encode {
  const { kind, list = false } = column
  const encode = encoderOf(column)
  if (!list && plain.has(kind)) return encode
  if (list || kind !== 'text' || column.limits !== undefined) return (value) => escapeForCopy(encode(value))
  return (value) => (typeof value === 'string' && !unusual.test(value) ? value : escapeForCopy(encode(value)))
}

/** A text in COPY's format. */
export function escapeForCopy(value: Binding): Binding {
  return typeof value === 'string' && special.test(value) ? value.replaceAll(specials, escapeOf) : value
}

/** A row of such texts: separated by tabs, with `\N` for null. */
export function copyLine(values: readonly Binding[]): string {
  let line = ''
  for (let at = 0; at < values.length; at++) line += `${at === 0 ? '' : '\t'}${values[at] ?? '\\N'}`
  return `${line}\n`
}

const special = /[\\\n\r\t]/
const specials = /[\\\n\r\t]/g
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escapeOf = (char: string): string => escapes[char] ?? char
