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

/** What a column holds. */
export interface ColumnProfile {
  readonly rows: number
  /** Rows without a value: null, undefined, or without the column. */
  readonly nulls: number
  /** The number of values of each type. */
  readonly types: Readonly<Record<string, number>>
  readonly distinct: number
  readonly min: number | Date | null
  readonly max: number | Date | null
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

const numeric = ['integer', 'number', 'bigint', 'wide']
const shares = [0.05, 0.25, 0.5, 0.75, 0.95]

/** Describes a column of a loaded table. Quantiles, numbers of values, and top values are exact. */
export async function describeColumn(
  connection: DuckDBConnection,
  { relation, extracted, rows }: LoadedTable,
  column: string,
  size: ProfileSize,
): Promise<ColumnProfile> {
  const json = extracted.json(column)
  const values = `(SELECT ${json} AS json, ${kindSql(json, 'step')} AS kind, ${positionColumn} AS position FROM ${relation} WHERE ${json} IS NOT NULL)`
  const kinds = await connection.runAndReadAll(`SELECT kind, count(*) FROM ${values} GROUP BY ALL ORDER BY 2 DESC, 1`)
  const types = Object.fromEntries(kinds.getRows().map(([kind, count]) => [String(kind), Number(count)]))
  const count = (names: readonly string[]) => names.reduce((sum, name) => sum + (types[name] ?? 0), 0)
  const present = Object.values(types).reduce((sum, one) => sum + one, 0)
  const isTime = count(['date']) > count(numeric)
  const { distinct, top } = await topValues(connection, values, size.topValues)
  return {
    rows,
    nulls: rows - present,
    types,
    distinct,
    ...(await numbersOf(connection, isTime ? datesIn(values) : numbersIn(values), isTime, size.bins)),
    lengths: await lengthsOf(connection, values),
    top,
  }
}

/** The values that occur most often. Values are equal by what they are; of equal ones, the first is shown. */
async function topValues(connection: DuckDBConnection, values: string, top: number) {
  const texts = `(SELECT json, count(*) AS n, min(position) AS first FROM ${values} GROUP BY json)`
  const groups = `(SELECT arg_min(json, first) AS json, sum(n) AS n, min(first) AS first FROM ${texts} GROUP BY maestro_key(json))`
  const [distinct] = await firstRow(connection, `SELECT count(*) FROM ${groups}`)
  const found = await connection.runAndReadAll(`SELECT json, n FROM ${groups} ORDER BY n DESC, first LIMIT ${top}`)
  return {
    distinct: Number(distinct),
    top: found.getRows().map(([json, n]) => ({ value: decodeStepValue(String(json)), count: Number(n) })),
  }
}

const tagged = (tag: string) => `starts_with(json, '{"$${tag}":')`

function numbersIn(values: string): string {
  const text = `CASE WHEN ${tagged('bigint')} THEN json->>'/$bigint' WHEN ${tagged('number')} THEN json->>'/$number' ELSE json END`
  const names = numeric.map((name) => `'${name}'`).join(', ')
  const numbers = `SELECT TRY_CAST(${text} AS DOUBLE) AS x FROM ${values} WHERE kind IN (${names})`
  return `(SELECT x FROM (${numbers}) WHERE isfinite(x))`
}

/** Points in time, in milliseconds. */
function datesIn(values: string): string {
  return `(SELECT epoch_ms(CAST(json->>'/$date' AS TIMESTAMPTZ))::DOUBLE AS x FROM ${values} WHERE kind = 'date')`
}

async function numbersOf(connection: DuckDBConnection, numbers: string, isTime: boolean, bins: number) {
  const shown = (value: unknown) => (isTime ? new Date(Math.round(Number(value))) : Number(value) + 0)
  const [count, min, max, mean, stddev, quantiles] = await firstRow(
    connection,
    `SELECT count(*), min(x), max(x), avg(x), CASE WHEN count(*) > 1 THEN stddev_samp(x / greatest(abs(s), 1)) * greatest(abs(any_value(s)), 1) END, CAST(to_json(quantile_cont(x, [${shares.join(', ')}])) AS VARCHAR) FROM ${numbers}, (SELECT max(abs(x)) AS s FROM ${numbers})`,
  )
  if (Number(count) === 0) return { min: null, max: null, mean: null, stddev: null, quantiles: null, histogram: [] }
  const found = JSON.parse(String(quantiles)) as readonly number[]
  return {
    min: shown(min),
    max: shown(max),
    mean: shown(mean),
    stddev: stddev === null ? null : Number(stddev),
    quantiles: Object.fromEntries(shares.map((share, index) => [`p${share * 100}`, shown(found[index])])),
    histogram: await histogramOf(connection, numbers, Number(min), Number(max), bins, shown),
  }
}

async function histogramOf(
  connection: DuckDBConnection,
  numbers: string,
  min: number,
  max: number,
  bins: number,
  shown: (value: unknown) => number | Date,
): Promise<readonly Bin[]> {
  const count = max > min ? bins : 1
  const width = max / count - min / count
  const at = width > 0 ? `least(${count - 1}, floor(x / ${width} - ${min / width}))::INTEGER` : '0'
  const result = await connection.runAndReadAll(`SELECT ${at}, count(*) FROM ${numbers} GROUP BY 1`)
  const counts = new Map(result.getRows().map(([bin, n]) => [Math.max(0, Number(bin)), Number(n)]))
  const bound = (index: number) => (index === count ? max : min + index * width)
  return Array.from({ length: count }, (_, index) => ({
    from: shown(bound(index)),
    to: shown(bound(index + 1)),
    count: counts.get(index) ?? 0,
  }))
}

async function lengthsOf(connection: DuckDBConnection, values: string): Promise<ColumnProfile['lengths']> {
  const texts = `(SELECT length(json->>'$') AS n FROM ${values} WHERE kind = 'string')`
  const [min, mean, max] = await firstRow(connection, `SELECT min(n), avg(n), max(n) FROM ${texts}`)
  return min === null ? null : { min: Number(min), mean: Number(mean), max: Number(max) }
}
