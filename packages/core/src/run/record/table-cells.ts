import { hasType } from '../../contracts/has-type.js'
import { parseInteger } from '../../contracts/parse-integer.js'
import type { ColumnType } from '../../contracts/row.js'
import { decodeStepValue, encodeStepValue } from '../../provider/step-codec.js'

/** The text of a value in a table of text. Null, a missing value, and an empty text are empty. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (['number', 'bigint', 'boolean'].includes(typeof value)) return String(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  return encodeStepValue(value)
}

/** The signs with which a spreadsheet begins to compute, also after apostrophes. */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/

/**
 * The cell of a value in a table for spreadsheets: a text that a spreadsheet would compute, and would then give back as
 * another one, has an apostrophe before it.
 */
export function spreadsheetCell(value: unknown): string {
  const text = cellText(value)
  const isNumber = /^[+-]?[\d.,]+$/.test(text)
  return typeof value === 'string' && formula.test(text) && !isNumber ? `'${text}` : text
}

/** The text of a cell of `spreadsheetCell`. */
export function spreadsheetText(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
}

/** The type of a value where the plan names none. */
export function typeOfValue(value: unknown): ColumnType | undefined {
  if (value === null || value === undefined) return undefined
  const types = ['string', 'number', 'bigint', 'boolean', 'date'] as const
  return types.find((type) => hasType(value, type)) ?? 'json'
}

/**
 * The value that an edited cell stands for. An empty one is null.
 *
 * @returns undefined if the text is no value of the type
 */
export function cellValue(text: string, type: ColumnType): { readonly value: unknown } | undefined {
  if (text === '') return { value: null }
  const value = parse(text, type)
  return value !== undefined && hasType(value, type) ? { value } : undefined
}

function parse(text: string, type: ColumnType): unknown {
  switch (type) {
    case 'string':
      return text
    case 'decimal':
      return text.trim()
    case 'number':
    case 'integer':
      return number(text.trim())
    case 'bigint':
      return parseInteger(text.trim())
    case 'boolean':
      // Spreadsheets write capital letters.
      return { true: true, false: false }[text.trim().toLowerCase()]
    case 'date':
      return date(text.trim())
    default:
      return stepValue(text)
  }
}

function number(text: string): number | undefined {
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  return { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY }[text]
}

/** A day, or a time with its zone: a time without one would be another instant on another machine. */
function date(text: string): Date | undefined {
  if (!/^[+-]?\d{4,6}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined
  const found = new Date(text.replace(' ', 'T'))
  // The parser of JavaScript takes 31 February for a day in March.
  const day = Number(/-(\d\d)(?:[T ]|$)/.exec(text)?.[1])
  const isDay = /^[+-]?\d+-\d\d-\d\d$/.test(text) ? found.getUTCDate() === day : true
  return Number.isNaN(found.getTime()) || !isDay ? undefined : found
}

function stepValue(text: string): unknown {
  try {
    return decodeStepValue(text)
  } catch {
    return undefined
  }
}
