import {
  type ColumnType,
  fromJsonNumber,
  hasType,
  isExactNumber,
  parseInteger,
  parseIsoDate,
  parseJson,
} from '@maestro-dataflow/core'

/** A value that does not fit the type of its column. */
export class Unfit {
  readonly reason: string

  constructor(value: unknown, type: string) {
    const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
    this.reason = `${shown.length > 80 ? `${shown.slice(0, 80)}...` : shown} is not of type ${type}`
  }

  /** The reason for which a row with this value in a column is refused. */
  at(column: string): string {
    return `column "${column}": ${this.reason}`
  }
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const wholeNumber = /^[+-]?\d+(\.0+)?$/
const booleans = new Map([
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['1', true],
  ['0', false],
])
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Converts a cell of CSV or TSV to a type. An empty cell is null. Text stays unchanged. */
export function fromCell(cell: string, type: ColumnType): unknown {
  if (type === 'string' || type === 'unknown') return cell
  const text = cell.trim()
  if (text === '') return null
  switch (type) {
    case 'number':
      if (/^(NaN|-?Infinity)$/.test(text)) return Number(text)
      // A whole number keeps all its digits.
      if (isNumber(text)) return Number(text)
      break
    case 'integer':
      // "-0" is 0, because whole numbers have no negative zero.
      if (wholeNumber.test(text) && Number.isSafeInteger(Number(text))) return Number(text) + 0
      break
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? new Unfit(cell, type)
    case 'json':
    case 'vector': {
      const value = parsed(text)
      const typed = value === undefined ? new Unfit(cell, type) : fromJson(value, type)
      return typed instanceof Unfit ? new Unfit(cell, type) : typed
    }
    default:
      return fromText(text, type) ?? new Unfit(cell, type)
  }
  return new Unfit(cell, type)
}

/** Converts a JSON value to a declared type. Null and missing stay. JSON has no dates, bytes, or vectors of its own. */
export function fromJson(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined || type === 'json' || type === 'unknown') return value
  // Formats with types of their own hold dates and bytes.
  if (typeof value === 'object' && hasType(value, type)) return value
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type ? value : new Unfit(value, type)
    case 'integer':
      return Number.isSafeInteger(value) ? value : new Unfit(value, type)
    case 'number':
    case 'bigint': {
      const number = fromJsonNumber(value, type)
      if (typeof number === type) return number
      if (type === 'number') return new Unfit(value, type)
      break
    }
    case 'decimal':
      if (typeof value === 'bigint' || Number.isFinite(value)) return String(value)
      break
    case 'vector':
      if (Array.isArray(value) && value.every(isVectorItem)) return new Float32Array(value)
      break
  }
  return (typeof value === 'string' ? fromText(value, type) : undefined) ?? new Unfit(value, type)
}

/** Whether a number does not become infinite in a vector, whose numbers have 32 bits. */
function isVectorItem(item: unknown): boolean {
  return typeof item === 'number' && Number.isFinite(Math.fround(item))
}

/** Whether a text is a number that does not become infinite, and of which a whole number loses no digit. */
function isNumber(text: string): boolean {
  const integer = parseInteger(text)
  return integer === undefined ? decimal.test(text) && Number.isFinite(Number(text)) : isExactNumber(integer)
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Converts to the types that both cells and JSON hold as text. */
function fromText(text: string, type: ColumnType): unknown {
  if (type === 'decimal' && decimal.test(text)) return text
  if (type === 'bigint') return parseInteger(text)
  if (type === 'date') return parseIsoDate(text)
  if (type === 'bytes' && base64.test(text)) return new Uint8Array(Buffer.from(text, 'base64'))
  return undefined
}
