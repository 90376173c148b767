import { columnNames, isIndexName, MaestroError, maestroError, type Row, type RowId } from '@maestro-dataflow/core'

/**
 * A row as JSON: dates as ISO text, bytes as base64, vectors as lists, and big integers with all their digits. Numbers
 * beyond 2^53 have an exponent, so that they are not read as big integers. A column that is null is written; a column
 * that is undefined is left out.
 *
 * @throws MAESTRO_ROW_UNENCODABLE naming the column, for values that JSON cannot represent: NaN, functions, Maps,
 *   cycles
 */
export function rowToJson(row: Row, rowId: RowId): string {
  let isFirst = true
  for (const column in row) {
    // JavaScript enumerates the columns that need an order first.
    if (isFirst && isIndexName(column)) return encodeColumns(row, rowId)
    isFirst = false
    const value = row[column]
    if (typeof value !== 'string' && !isPlain(value)) return encodeColumns(row, rowId)
  }
  return JSON.stringify(row)
}

/** The digits of a number. JavaScript writes zeros for the last ones of a whole number beyond 2^53. */
export function digitsOf(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value)
}

/** One value as JSON. @throws MAESTRO_ROW_UNENCODABLE */
export function valueToJson(value: unknown, column: string, rowId: RowId): string {
  const refuse = (type: string) => maestroError('MAESTRO_ROW_UNENCODABLE', { column, type }).at({ rowId })
  // The holder is needed because `value` is what toJSON made of a date or a buffer.
  function replace(this: Readonly<Record<string, unknown>>, key: string, given: unknown): unknown {
    return toPlain(this[key], given, refuse)
  }
  try {
    return JSON.stringify(value, replace)
  } catch (error) {
    if (error instanceof TypeError) throw refuse('value that contains itself')
    if (error instanceof RangeError) throw refuse('value that is nested too deep')
    throw error
  }
}

/** What JSON cannot represent of a value; undefined if it can represent it. */
export function jsonFault(value: unknown): string | undefined {
  return isPlain(value) ? undefined : faultIn(() => valueToJson(value, '', ''))
}

/** What a value is that an encoder refuses; undefined if it accepts it. */
export function faultIn(encode: () => string): string | undefined {
  try {
    encode()
    return undefined
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return String(error.details.type)
    throw error
  }
}

function encodeColumns(row: Row, rowId: RowId): string {
  const columns = columnNames(row).filter((column) => row[column] !== undefined)
  return `{${columns.map((column) => `${JSON.stringify(column)}:${valueToJson(row[column], column, rowId)}`).join(',')}}`
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (typeof value === 'number') return isPlainNumber(value)
  return value === null || value === undefined || typeof value === 'boolean'
}

/** Whether JSON writes a number in such a way that it is read as the same number. */
function isPlainNumber(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) && !Object.is(value, -0) : Number.isFinite(value)
}

function toPlain(value: unknown, given: unknown, refuse: (type: string) => Error): unknown {
  switch (typeof value) {
    case 'bigint':
      return rawJson(value.toString())
    case 'number':
      if (!Number.isFinite(value)) throw refuse(String(value))
      return isPlainNumber(value) ? value : rawJson(Object.is(value, -0) ? '-0' : value.toExponential())
    case 'function':
    case 'symbol':
      throw refuse(typeof value)
    case 'object':
      break
    default:
      return given
  }
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) return Array.from(value as Float32Array)
  if (value instanceof Date && Number.isNaN(value.getTime())) throw refuse('date that is none')
  if (value instanceof Map || value instanceof Set) throw refuse(value.constructor.name)
  return given
}

/**
 * A number with its digits unchanged. Node.js has the function; TypeScript's own list of globals does not yet include
 * it.
 */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
