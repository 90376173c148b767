import { columnNames, isIndexName } from '../contracts/column-order.js'
import { deepestValue, parseJson } from '../contracts/parse-json.js'
import { inTextOrder } from '../contracts/parse-json-row.js'
import type { Row, RowId } from '../contracts/row.js'
import { maestroError } from '../errors/error-table.js'

/*
 * A step file consists of JSON lines, `{"id":...,"row":{...}}`. Values that JSON cannot express are tagged: an object
 * with the single key `$bigint`, `$date`, `$bytes`, `$vector`, `$number` (NaN, the infinities, -0, integers beyond
 * 2^53), `$text` (text with a lone surrogate, as base64 of UTF-16), or `$undefined`. A plain object that looks like a
 * tag is escaped as `$object`.
 */

/** Encodes one row of a step file as a line of text, without the line end. @throws MAESTRO_ROW_UNENCODABLE */
export function encodeStepLine(id: RowId, row: Row): string {
  // The id of a row says where the row is; a lone surrogate in it carries no meaning.
  return `{"id":${JSON.stringify(id.toWellFormed())},"row":${encodeRow(row)}}`
}

/** Decodes a line of a step file as a row with its id. */
export function decodeStepLine(line: string): { readonly id: RowId; readonly row: Row } {
  // A line that a table engine took from a JSON file may hold wide integers. Our own large numbers are tagged.
  // Tags may nest a value more deeply than the row contains it.
  const parsed = parseJson(line, Number.POSITIVE_INFINITY) as { id: RowId; row: Row }
  // The row itself is never a tag, even if the name of its single column looks like one.
  const row = line.includes('{"$') ? reviveEntries(Object.entries(parsed.row)) : parsed.row
  return { id: parsed.id, row: inTextOrder(row, line.slice(line.indexOf(',"row":') + 7)) }
}

/** Encodes one value of a row for a step file. @throws MAESTRO_ROW_UNENCODABLE */
export function encodeStepValue(value: unknown): string {
  return JSON.stringify(tag(value, '', 0))
}

/** Decodes one value of a row of a step file. @throws SyntaxError */
export function decodeStepValue(text: string): unknown {
  return revive(parseJson(text, Number.POSITIVE_INFINITY))
}

/** Whether JSON preserves a number that is not an integer beyond 2^53. */
function isPlainNumber(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) && !Object.is(value, -0) : Number.isFinite(value)
}

/** Encodes a row as JSON with tagged values. @throws MAESTRO_ROW_UNENCODABLE naming the column */
export function encodeRow(row: Row): string {
  let plain = true
  for (const column in row) {
    if (!isPlainJson(row[column], 0)) {
      plain = false
      break
    }
  }
  const text = toJson(row, plain ? row : tagColumns(row))
  // JSON writes a lone surrogate as an escape that other JSON readers refuse.
  return plain && text.includes('\\ud') && hasHalfCharacter(row) ? toJson(row, tagColumns(row)) : text
}

/** Encodes the columns of a row as JSON, in their order. */
function toJson(row: Row, encoded: Row): string {
  for (const first in row) {
    if (!isIndexName(first)) break
    return `{${columnNames(row)
      .map((name) => `${JSON.stringify(name)}:${JSON.stringify(encoded[name])}`)
      .join(',')}}`
  }
  return JSON.stringify(encoded)
}

function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value)
    ? value.some(hasHalfCharacter)
    : Object.entries(value).some(([key, item]) => !key.isWellFormed() || hasHalfCharacter(item))
}

/** Whether `JSON.parse(JSON.stringify(value))` returns the same value. */
function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return isPlainNumber(value)
    case 'object':
      if (value === null) return true
      if (depth === deepestValue) return false
      if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth + 1))
      return (
        isPlainObject(value) &&
        Object.entries(value).every(([key, item]) => !key.startsWith('$') && isPlainJson(item, depth + 1))
      )
    default:
      return false
  }
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null) &&
    typeof (value as { toJSON?: unknown }).toJSON !== 'function'
  )
}

function tagColumns(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [wellFormed(column, column), tag(value, column, 0)]),
  )
}

function tag(value: unknown, column: string, depth: number): unknown {
  const fail = (type: string) => maestroError('MAESTRO_ROW_UNENCODABLE', { column, type })
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : { $text: Buffer.from(value, 'utf16le').toString('base64') }
    case 'boolean':
      return value
    case 'number':
      return isPlainNumber(value) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return { $bigint: value.toString() }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      break
    default:
      throw fail(typeof value)
  }
  if (value === null) return null
  if (depth === deepestValue) throw fail(`value that is nested more than ${deepestValue} deep`)
  if (Array.isArray(value)) return value.map((item) => tag(item, column, depth + 1))
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Float32Array) return { $vector: base64(value) }
  if (value instanceof Uint8Array) return { $bytes: base64(value) }
  if (!isPlainObject(value)) throw fail(value.constructor?.name ?? 'object of a class')
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    wellFormed(key, column),
    tag(item, column, depth + 1),
  ])
  const tagged = Object.fromEntries(entries)
  // Readers of the text recognize a tag by the first key alone.
  return entries[0]?.[0].startsWith('$') ? { $object: tagged } : tagged
}

/** @throws MAESTRO_ROW_UNENCODABLE */
function wellFormed(name: string, column: string): string {
  if (name.isWellFormed()) return name
  throw maestroError('MAESTRO_ROW_UNENCODABLE', { column, type: 'name with half a character in it' })
}

function base64(view: Float32Array | Uint8Array): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')
}

function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revive)
  const entries = Object.entries(value)
  const [key, content] = entries.length === 1 ? (entries[0] as [string, unknown]) : ['', undefined]
  switch (key) {
    case '$number':
      return Number(content)
    case '$bigint':
      return BigInt(content as string)
    case '$text':
      return Buffer.from(content as string, 'base64').toString('utf16le')
    case '$undefined':
      return undefined
    case '$date':
      return new Date((content as string | null) ?? Number.NaN)
    case '$bytes':
      return new Uint8Array(Buffer.from(content as string, 'base64'))
    case '$vector':
      return new Float32Array(new Uint8Array(Buffer.from(content as string, 'base64')).buffer)
    case '$object':
      return reviveEntries(Object.entries(content as object))
    default:
      return reviveEntries(entries)
  }
}

function reviveEntries(entries: readonly [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([key, item]) => [key, revive(item)]))
}
