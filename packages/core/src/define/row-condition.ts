import { hasType } from '../contracts/has-type.js'
import { parseIsoDate } from '../contracts/iso-date.js'
import type { RowCondition } from '../contracts/pipeline-definition.js'
import type { Columns, ColumnType, Row } from '../contracts/row.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'
import { compareDecimals, compareTexts } from './compare-by-type.js'

type Comparable = number | bigint | boolean | Date

const bounds = ['oneOf', 'not', 'min', 'max'] as const

/**
 * What is wrong with a condition that may come from data; undefined if it can be used.
 *
 * @param types The types of the columns, as far as they are known. A value of another type would match no row.
 */
export function conditionFault(where: unknown, types: Columns = {}): string | undefined {
  if (typeof where === 'function') return undefined
  if (typeof where !== 'object' || where === null || Array.isArray(where))
    return 'an object from columns to values, such as { score: { min: 3 } }, or a function is expected'
  for (const [column, given] of Object.entries(where)) {
    if (Array.isArray(given)) return `"${column}": one of several values is { oneOf: [...] }`
    const type = typeIn(types, column)
    const unfit = type && valuesOf(given).find((one) => !isComparable(one, type))
    if (unfit !== undefined && type !== undefined) return mismatch(column, type, unfit)
    if (!isBounds(given)) continue
    const unknown = Object.keys(given).find((name) => !(bounds as readonly string[]).includes(name))
    if (unknown !== undefined) return `"${column}": there is no "${unknown}"; known are ${bounds.join(', ')}`
    if ('oneOf' in given && !Array.isArray(given.oneOf)) return `"${column}".oneOf: a list is expected`
  }
  return undefined
}

/** The values that a condition compares with those of its column. */
function valuesOf(given: unknown): readonly unknown[] {
  if (!isBounds(given)) return [given]
  const { oneOf, not, min, max } = given
  return [...(Array.isArray(oneOf) ? oneOf : []), not, min, max]
}

/** Whether values of a column may be equal to a value, or less or greater. */
function isComparable(given: unknown, type: ColumnType): boolean {
  if (given === null || given === undefined) return true
  switch (type) {
    case 'unknown':
    case 'json':
      return true
    case 'decimal':
      return kindOf(given) === 'number' || hasType(given, 'decimal')
    case 'date':
      return kindOf(dateOf(given)) === 'date'
    default:
      return kindOf(given) === (type === 'integer' || type === 'bigint' ? 'number' : type)
  }
}

function mismatch(column: string, type: ColumnType, given: unknown): string {
  return `"${column}" is compared with ${describeValue(given)}, but its type is ${type}, so that no row would match: compare it with a value of this type, or give the column another type before`
}

/** In data, such as YAML, a date is text. */
function dateOf(given: unknown): unknown {
  return typeof given === 'string' ? (parseIsoDate(given) ?? given) : given
}

const typeIn = (types: Columns, column: string): ColumnType | undefined =>
  Object.hasOwn(types, column) ? types[column] : undefined

/** The columns that a condition reads; undefined for a function. */
export function conditionColumns(where: RowCondition): readonly string[] | undefined {
  return typeof where === 'function' ? undefined : Object.keys(where)
}

/** The function that says whether a row of a step matches. @param types As far as the plan knows them. */
export function matching(step: string, where: RowCondition, types: Columns): (row: Row) => boolean {
  if (typeof where === 'function')
    return (row) => {
      const result: unknown = where({ ...row })
      if (typeof result === 'boolean') return result
      const expected = 'true or false from `where`'
      throw maestroError('MAESTRO_STEP_RESULT', { step, expected, found: describeValue(result) })
    }
  return matchingData(where, types)
}

/**
 * The function that says whether a row matches a condition that is data.
 *
 * @param types The types of the columns, as far as they are known: only they tell that a text is a decimal number.
 * @returns a function that throws MAESTRO_STEP_WHERE for a row whose value is neither less nor greater than a bound
 */
export function matchingData(where: Readonly<Record<string, unknown>>, types: Columns): (row: Row) => boolean {
  const conditions = Object.entries(where).map(([column, given]) => {
    const type = typeIn(types, column)
    return [column, type === 'date' ? withDates(given) : given, type] as const
  })
  return (row) =>
    conditions.every(([column, given, type]) => {
      const value = Object.hasOwn(row, column) ? (row[column] ?? null) : null
      if (isBounds(given)) assertOrdered(column, value, given, type)
      return holds(value, given, type)
    })
}

function withDates(given: unknown): unknown {
  if (!isBounds(given)) return dateOf(given)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? value.map(dateOf) : dateOf(value)]),
  )
}

/** @throws MAESTRO_STEP_WHERE for a value that has no order with a bound, such as a text and a number */
function assertOrdered(column: string, value: unknown, { min, max }: Bounds, type: ColumnType | undefined): void {
  if (value === null || type === 'decimal') return
  for (const bound of [min, max])
    if (bound !== undefined && bound !== null && (kindOf(value) === undefined || kindOf(value) !== kindOf(bound)))
      throw maestroError('MAESTRO_STEP_WHERE', { column, value: describeValue(value), bound: describeValue(bound) })
}

function holds(value: unknown, given: unknown, type: ColumnType | undefined): boolean {
  if (!isBounds(given)) return isSame(value, given, type)
  if ('oneOf' in given && !(given.oneOf as readonly unknown[]).some((one) => isSame(value, one, type))) return false
  if ('not' in given && isSame(value, given.not, type)) return false
  return (
    (given.min === undefined || compare(value, given.min, type, (order) => order >= 0)) &&
    (given.max === undefined || compare(value, given.max, type, (order) => order <= 0))
  )
}

type Bounds = Readonly<Partial<Record<(typeof bounds)[number], unknown>>>

function isBounds(given: unknown): given is Bounds {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Date)
}

/** Values are equal by what they are: 1 and 1n, and two dates of one moment; null and a missing value. */
function isSame(value: unknown, given: unknown, type: ColumnType | undefined): boolean {
  if (given === null || given === undefined) return value === null
  return compare(value, given, type, (order) => order === 0)
}

function compare(
  value: unknown,
  given: unknown,
  type: ColumnType | undefined,
  test: (order: number) => boolean,
): boolean {
  if (type === 'decimal') {
    const order = compareDecimals(value, given)
    return order !== undefined && test(order)
  }
  if (kindOf(value) === undefined || kindOf(value) !== kindOf(given)) return false
  if (typeof value === 'string' && typeof given === 'string') return test(compareTexts(value, given))
  const [one, other] = [value, given] as [Comparable, Comparable]
  if (one < other) return test(-1)
  if (one > other) return test(1)
  // NaN is neither less nor greater, and is no bound of anything.
  return !(Number.isNaN(one) || Number.isNaN(other)) && test(0)
}

function kindOf(value: unknown): string | undefined {
  if (value instanceof Date) return 'date'
  const type = typeof value
  if (type === 'bigint') return 'number'
  return type === 'string' || type === 'number' || type === 'boolean' ? type : undefined
}
