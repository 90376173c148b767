import { isIndexName } from '../../contracts/column-order.js'
import type { Row } from '../../contracts/row.js'
import type { SentRow } from '../../contracts/step-workers.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'

/**
 * A row as it is sent to a worker or back; undefined if nothing keeps all of its values.
 *
 * @param clones Whether it may be sent as it is.
 */
export function sendRow(row: Row, clones: boolean): SentRow | undefined {
  if (clones && isKeptByClone(row)) return row
  try {
    return encodeStepLine('', row)
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return undefined
    throw error
  }
}

export function receiveRow(sent: SentRow): Row {
  return typeof sent === 'string' ? decodeStepLine(sent).row : sent
}

/** The memory that a row takes on its way, in bytes or characters, roughly. */
export function sizeOfSent(sent: SentRow): number {
  return typeof sent === 'string' ? sent.length : sizeOf(sent)
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  let size = 8
  for (const item of Object.values(value)) size += sizeOf(item)
  return size
}

/** A row whose columns are called like numbers has an order that a structured clone loses. */
function isKeptByClone(row: Row): boolean {
  for (const column in row) {
    if (isIndexName(column)) return false
    break
  }
  return isSameAsClone(row)
}

/** A value that is nested more deeply is sent as text. */
const deepest = 100

/** Whether a structured clone of a value is the same value. */
export function isSameAsClone(value: unknown, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepest) return false
  if (Array.isArray(value)) return value.every((item) => isSameAsClone(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) {
    for (const name in value) if (!isSameAsClone((value as Record<string, unknown>)[name], depth + 1)) return false
    return true
  }
  if (prototype === Date.prototype) return true
  // The memory behind a part of a buffer would be copied whole.
  return (
    (value instanceof Float32Array || value instanceof Uint8Array) &&
    (prototype === Float32Array.prototype || prototype === Uint8Array.prototype) &&
    value.byteLength === value.buffer.byteLength
  )
}
