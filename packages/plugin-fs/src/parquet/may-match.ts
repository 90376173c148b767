import type { RowGroup, Statistics } from 'hyparquet'
import type { ParquetColumn } from './parquet-columns.js'

/**
 * Whether a row of a row group may match conditions, by the statistics that the writer of the file has left. It is true
 * wherever they prove nothing.
 *
 * @param columns The columns of the file.
 */
export function mayMatch(
  group: RowGroup,
  columns: readonly ParquetColumn[],
  where: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (columns.find((column) => column.name === name)?.isComparable !== true) return true
    const data = group.columns.find(({ meta_data: one }) => one?.path_in_schema[0] === name)?.meta_data
    if (data?.statistics === undefined) return true
    return valueMayMatch(data.statistics, Number(data.num_values), condition)
  })
}

type Bounds = Readonly<Partial<Record<'oneOf' | 'not' | 'min' | 'max', unknown>>>

function valueMayMatch(statistics: Statistics, values: number, condition: unknown): boolean {
  const { null_count: nulls } = statistics
  const mayBeNull = nulls === undefined || nulls > 0n
  const mayBeValue = nulls === undefined || Number(nulls) < values
  const may = (given: unknown) =>
    given === null || given === undefined ? mayBeNull : mayBeValue && mayContain(statistics, given)
  if (!isBounds(condition)) return may(condition)
  const { oneOf, min, max } = condition
  if (Array.isArray(oneOf) && !oneOf.some(may)) return false
  if ((min !== undefined || max !== undefined) && !mayBeValue) return false
  if (min !== undefined && isBelow(statistics.max_value, min)) return false
  return max === undefined || !isBelow(max, statistics.min_value)
}

const isBounds = (given: unknown): given is Bounds =>
  typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Date)

const mayContain = ({ min_value: least, max_value: most }: Statistics, given: unknown): boolean =>
  !isBelow(given, least) && !isBelow(most, given)

/** Whether one value surely comes before another one. Values of different kinds, and NaN, prove nothing. */
function isBelow(one: unknown, other: unknown): boolean {
  if (typeof one === 'string' && typeof other === 'string') return isTextBelow(one, other)
  if (isNumber(one) && isNumber(other)) return one < other
  if (one instanceof Date && other instanceof Date) return one < other
  return false
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

/** Parquet orders texts by code points. For two texts that are below the surrogates, JavaScript has the same order. */
const isTextBelow = (one: string, other: string): boolean => isPlain(one) && isPlain(other) && one < other

const isPlain = (text: string): boolean => !/[\uD800-\uFFFF]/.test(text)
