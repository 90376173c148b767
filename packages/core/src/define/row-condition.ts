import type { RowCondition } from '../contracts/pipeline-definition.js'
import type { Columns, ColumnType, Row } from '../contracts/row.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'
import { compareDecimals, compareTexts } from './compare-by-type.js'

type Comparable = number | bigint | boolean | Date

const bounds = ['oneOf', 'not', 'min', 'max'] as const

/** What is wrong with a condition that may come from data; undefined if it can be used. */
export function conditionFault(where: unknown): string | undefined {
  if (typeof where === 'function') return undefined
  if (typeof where !== 'object' || where === null || Array.isArray(where))
    return 'an object from columns to values, such as { score: { min: 3 } }, or a function is expected'
  for (const [column, given] of Object.entries(where)) {
    if (!isBounds(given)) {
      if (Array.isArray(given)) return `"${column}": one of several values is { oneOf: [...] }`
      continue
    }
    const unknown = Object.keys(given).find((name) => !(bounds as readonly string[]).includes(name))
    if (unknown !== undefined) return `"${column}": there is no "${unknown}"; known are ${bounds.join(', ')}`
    if ('oneOf' in given && !Array.isArray(given.oneOf)) return `"${column}".oneOf: a list is expected`
  }
  return undefined
}

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
 */
export function matchingData(where: Readonly<Record<string, unknown>>, types: Columns): (row: Row) => boolean {
  const conditions = Object.entries(where).map(
    ([column, given]) => [column, given, Object.hasOwn(types, column) ? types[column] : undefined] as const,
  )
  return (row) =>
    conditions.every(([column, given, type]) =>
      holds(Object.hasOwn(row, column) ? (row[column] ?? null) : null, given, type),
    )
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
