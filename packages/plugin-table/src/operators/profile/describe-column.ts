import type { DuckDBConnection } from '@duckdb/node-api'
import { decodeStepValue } from '@maestro-dataflow/core'
import { firstRow } from '../../engine/connect.js'
import { kindSql } from '../../engine/learn-columns.js'
import { positionColumn } from '../../engine/lines.js'
import type { LoadedTable } from '../../engine/typed-tables.js'

/** A value that occurs often. */
export interface TopValue {
  readonly value: unknown
  readonly count: number
}

/** A part of a histogram: values from one bound up to the next, which only the last part includes. */
export interface Bin {
  readonly from: number | Date
  readonly to: number | Date
  readonly count: number
}

/** A value of the column: a large integer is a `bigint`, and a decimal number is text with all its digits. */
export type Bound = number | bigint | string | Date

/** What a column holds. */
export interface ColumnProfile {
  readonly rows: number
  /** Rows without a value: null, undefined, or without the column. */
  readonly nulls: number
  /** The number of values of each type. */
  readonly types: Readonly<Record<string, number>>
  readonly distinct: number
  readonly min: Bound | null
  readonly max: Bound | null
  readonly mean: number | Date | null
  readonly stddev: number | null
  readonly quantiles: Readonly<Record<string, number | Date>> | null
  /** The lengths of texts in characters. */
  readonly lengths: { readonly min: number; readonly mean: number; readonly max: number } | null
  readonly top: readonly TopValue[]
  readonly histogram: readonly Bin[]
}

export interface ProfileSize {
  /** The number of values that occur most often. */
  readonly topValues: number
  /** The number of parts of the histogram. */
  readonly bins: number
}

const numeric = ['integer', 'number', 'bigint', 'wide', 'decimal']
const shares = [0.05, 0.25, 0.5, 0.75, 0.95]

/** Describes a column of a loaded table. Quantiles, numbers of values, and top values are exact. */
export async function describeColumn(
  connection: DuckDBConnection,
  { relation, extracted, known, rows }: LoadedTable,
  column: string,
  size: ProfileSize,
): Promise<ColumnProfile> {
  const json = extracted.json(column)
  // Decimal numbers are text, and only the plan knows that they are numbers.
  const isDecimal = known.get(column)?.kind === 'decimal'
  const kind = isDecimal
    ? `CASE WHEN ${json} < '#' THEN 'decimal' ELSE ${kindSql(json, 'step')} END`
    : kindSql(json, 'step')
  const key = isDecimal ? `maestro_decimal_key(json->>'$')` : 'maestro_key(json)'
  const values = `(SELECT ${json} AS json, ${kind} AS kind, ${positionColumn} AS position FROM ${relation} WHERE ${json} IS NOT NULL)`
  const kinds = await connection.runAndReadAll(`SELECT kind, count(*) FROM ${values} GROUP BY ALL ORDER BY 2 DESC, 1`)
  const types = Object.fromEntries(kinds.getRows().map(([kind, count]) => [String(kind), Number(count)]))
  const count = (names: readonly string[]) => names.reduce((sum, name) => sum + (types[name] ?? 0), 0)
  const present = Object.values(types).reduce((sum, one) => sum + one, 0)
  const isTime = count(['date']) > count(numeric)
  await groupEqualValues(connection, values, key)
  return {
    rows,
    nulls: rows - present,
    types,
    distinct: Number((await firstRow(connection, `SELECT count(*) FROM ${groups}`))[0]),
    min: await boundOf(connection, isTime, 'ASC'),
    max: await boundOf(connection, isTime, 'DESC'),
    ...(await numbersOf(connection, isTime ? datesIn(values) : numbersIn(values), isTime, size.bins)),
    lengths: await lengthsOf(connection, values),
    top: await topValues(connection, size.topValues),
  }
}

const groups = '"#maestro.groups"'

/** Makes a table of the different values. Values are equal by what they are; of equal ones, the first is shown. */
async function groupEqualValues(connection: DuckDBConnection, values: string, key: string): Promise<void> {
  const texts = `(SELECT json, kind, count(*) AS n, min(position) AS first FROM ${values} GROUP BY ALL)`
  const keyed = `(SELECT *, ${key} AS key FROM ${texts})`
  await connection.run(
    `CREATE OR REPLACE TABLE ${groups} AS SELECT key, arg_min(json, first) AS json, arg_min(kind, first) AS kind, sum(n) AS n, min(first) AS first FROM ${keyed} GROUP BY key`,
  )
}

/** The values that occur most often. */
async function topValues(connection: DuckDBConnection, top: number): Promise<readonly TopValue[]> {
  const found = await connection.runAndReadAll(`SELECT json, n FROM ${groups} ORDER BY n DESC, first LIMIT ${top}`)
  return found.getRows().map(([json, n]) => ({ value: decodeStepValue(String(json)), count: Number(n) }))
}

/** The least or the greatest number or date, with all its digits. NaN and the infinities are none. */
async function boundOf(connection: DuckDBConnection, isTime: boolean, order: 'ASC' | 'DESC'): Promise<Bound | null> {
  const kinds = (isTime ? ['date'] : numeric).map((name) => `'${name}'`).join(', ')
  const isEndless = `coalesce(lower(json->>'/$number'), lower(json->>'$')) IN ('nan', 'infinity', '-infinity')`
  const [json] = await firstRow(
    connection,
    `SELECT json FROM ${groups} WHERE kind IN (${kinds}) AND NOT ${isEndless} ORDER BY key ${order} LIMIT 1`,
  )
  if (json === undefined) return null
  const value = decodeStepValue(String(json)) as Bound
  return value === 0 ? 0 : value
}

const tagged = (tag: string) => `starts_with(json, '{"$${tag}":')`

function numbersIn(values: string): string {
  const text = `CASE WHEN ${tagged('bigint')} THEN json->>'/$bigint' WHEN ${tagged('number')} THEN json->>'/$number' WHEN json < '#' THEN json->>'$' ELSE json END`
  const names = numeric.map((name) => `'${name}'`).join(', ')
  const numbers = `SELECT TRY_CAST(${text} AS DOUBLE) AS x FROM ${values} WHERE kind IN (${names})`
  return `(SELECT x FROM (${numbers}) WHERE isfinite(x))`
}

/** Points in time, in milliseconds. */
function datesIn(values: string): string {
  return `(SELECT epoch_ms(CAST(json->>'/$date' AS TIMESTAMPTZ))::DOUBLE AS x FROM ${values} WHERE kind = 'date')`
}

async function numbersOf(connection: DuckDBConnection, numbers: string, isTime: boolean, bins: number) {
  // In the order of the values, sums have the same last digits whatever the order of the rows and the threads.
  const shown = (value: unknown) => (isTime ? new Date(Math.round(Number(value))) : Number(value) + 0)
  const [count, min, max, mean, stddev, quantiles] = await firstRow(
    connection,
    `SELECT count(*), min(x), max(x), avg(x ORDER BY x), CASE WHEN count(*) > 1 THEN stddev_samp(x / greatest(abs(s), 1) ORDER BY x) * greatest(abs(any_value(s)), 1) END, CAST(to_json(quantile_cont(x, [${shares.join(', ')}])) AS VARCHAR) FROM ${numbers}, (SELECT max(abs(x)) AS s FROM ${numbers})`,
  )
  if (Number(count) === 0) return { mean: null, stddev: null, quantiles: null, histogram: [] }
  const found = JSON.parse(String(quantiles)) as readonly number[]
  return {
    mean: shown(mean),
    stddev: stddev === null ? null : Number(stddev),
    quantiles: Object.fromEntries(shares.map((share, index) => [`p${share * 100}`, shown(found[index])])),
    histogram: await histogramOf(connection, numbers, boundsOf(Number(min), Number(max), bins, isTime), shown),
  }
}

/** The bounds of parts of one width: those of dates are whole milliseconds, as they are shown. */
function boundsOf(min: number, max: number, bins: number, isTime: boolean): readonly number[] {
  const count = max > min ? bins : 1
  const width = Number.isFinite(max - min) ? (max - min) / count : max / count - min / count
  const bounds = Array.from({ length: count + 1 }, (_, index) => Math.min(max, min + index * width)).with(-1, max)
  return isTime ? bounds.map(Math.round) : bounds
}

/** Counts the values from each bound up to the next. */
async function histogramOf(
  connection: DuckDBConnection,
  numbers: string,
  bounds: readonly number[],
  shown: (value: unknown) => number | Date,
): Promise<readonly Bin[]> {
  const starts = bounds.slice(0, -1)
  // Of equal bounds, which very small ranges have, the last one begins a part that is not empty.
  const parts = `(SELECT start, max(part) AS part FROM (SELECT unnest('${JSON.stringify(starts)}'::DOUBLE[]) AS start, unnest(range(${starts.length})) AS part) GROUP BY start)`
  const result = await connection.runAndReadAll(
    `SELECT part, count(*) FROM ${numbers} AS numbers ASOF JOIN ${parts} AS parts ON numbers.x >= parts.start GROUP BY part`,
  )
  const counts = new Map(result.getRows().map(([part, n]) => [Number(part), Number(n)]))
  return starts.map((from, index) => ({
    from: shown(from),
    to: shown(bounds[index + 1]),
    count: counts.get(index) ?? 0,
  }))
}

async function lengthsOf(connection: DuckDBConnection, values: string): Promise<ColumnProfile['lengths']> {
  const texts = `(SELECT length(json->>'$') AS n FROM ${values} WHERE kind = 'string')`
  const [min, mean, max] = await firstRow(connection, `SELECT min(n), avg(n), max(n) FROM ${texts}`)
  return min === null ? null : { min: Number(min), mean: Number(mean), max: Number(max) }
}
