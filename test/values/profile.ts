import type { ColumnType, Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { cases, options } from './agrees.js'
import { compare, compareIn, isNothing } from './compare.js'
import { deviationOf, meanOf, quantile } from './numbers.js'
import { cellOf, ownOf } from './reference.js'
import { show } from './shown.js'
import type { Start, valuesProject } from './starts.js'
import type { Table } from './tables.js'

type Project = ReturnType<typeof valuesProject>

/** The profile of a table is the one that plain JavaScript finds. */
export async function profilesAlike(project: Project, tables: fc.Arbitrary<Table>, start: Start): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases(tables, start), async (table) => {
      const step = { use: 'table.profile', options: { topValues: 3, bins: 4 }, apply: () => [] }
      const found = await project.run(await start.build(table), [step])
      for (const row of found) {
        const name = String(row.column)
        const numbers = table.rows.map((one) => Math.abs(numberOf(cellOf(one, name))))
        const largest = Math.max(1, ...numbers.filter(Number.isFinite))
        const expected = profileOf(table.rows, name, ownOf(table.types, name))
        for (const [part, value] of Object.entries(expected)) {
          if (rounded.has(part))
            expect(isNear(row[part], value, largest), `${part} of ${name}: ${show(value)}`).toBe(true)
          else expect(show(row[part]), `${part} of ${name}`).toEqual(show(value))
        }
        assertHistogram(row.histogram as readonly Bin[], usedIn(table.rows, name, ownOf(table.types, name)), name)
      }
    }),
    options(),
  )
}

interface Bin {
  readonly from: number | Date
  readonly to: number | Date
  readonly count: number
}

/** The parts follow each other from the least value to the greatest, and each counts the values between its bounds. */
function assertHistogram(parts: readonly Bin[], numbers: readonly number[], name: string): void {
  const bounds = parts.map(({ from, to }): readonly [number, number] => [Number(from), Number(to)])
  const [min, max] = [numbers[0], numbers.at(-1)]
  expect(parts, name).toHaveLength(min === undefined ? 0 : min === max ? 1 : 4)
  expect([bounds[0]?.[0], bounds.at(-1)?.[1]], name).toEqual(numbers.length === 0 ? [undefined, undefined] : [min, max])
  for (const [at, { count }] of parts.entries()) {
    const [from = 0, to = 0] = bounds[at] ?? []
    const isLast = at === parts.length - 1
    if (!isLast) expect(bounds[at + 1]?.[0], name).toBe(to)
    const held = numbers.filter((number) => number >= from && (isLast ? number <= to : number < to))
    expect(count, `${show(parts)} of ${name}`).toBe(held.length)
  }
}

const numberOf = (value: unknown) => (typeof value === 'object' && !(value instanceof Date) ? 0 : Number(value))

/** Parts that are computed with fractions. */
const rounded = new Set(['mean', 'stddev', 'quantiles', 'lengths'])

const shares = [0.05, 0.25, 0.5, 0.75, 0.95]

function profileOf(rows: readonly Row[], name: string, type: ColumnType | undefined): Row {
  const values = rows.map((row) => cellOf(row, name) ?? null).filter((value) => value !== null)
  const equal = (a: unknown, b: unknown) => compareIn(type, a, b) === 0
  const distinct = values.filter((value, at) => values.findIndex((other) => equal(value, other)) === at)
  const top = distinct
    .map((value) => ({ value, count: values.filter((other) => equal(value, other)).length }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 3)
  const { used, isTime } = rangeOf(values, type)
  const ordered = used.toSorted((a, b) => compareIn(type, a, b))
  const numbers = finite(used)
  const as = (number: number) => (isTime ? new Date(Math.round(number)) : number + 0)
  const lengths = values
    .filter((value) => typeof value === 'string')
    .filter((value) => value.isWellFormed())
    .map((value) => [...value].length)
  return {
    rows: rows.length,
    nulls: rows.length - values.length,
    distinct: distinct.length,
    top,
    // Zero has no sign in SQL.
    min: unsigned(ordered[0] ?? null),
    max: unsigned(ordered.at(-1) ?? null),
    mean: numbers.length === 0 ? null : as(meanOf(numbers)),
    stddev: numbers.length < 2 ? null : deviationOf(numbers),
    quantiles:
      numbers.length === 0
        ? null
        : Object.fromEntries(shares.map((share) => [`p${share * 100}`, as(quantile(numbers, share))])),
    lengths:
      type === 'decimal' || lengths.length === 0
        ? null
        : { min: Math.min(...lengths), mean: meanOf(lengths), max: Math.max(...lengths) },
  }
}

const unsigned = (value: unknown) => (Object.is(value, -0) ? 0 : value)

/** The numbers of a column, or its dates if it has more of them. */
function rangeOf(values: readonly unknown[], type: ColumnType | undefined) {
  const isNumeric = (value: unknown) =>
    typeof value === 'number' || typeof value === 'bigint' || (type === 'decimal' && typeof value === 'string')
  const isTime = values.filter((value) => value instanceof Date).length > values.filter(isNumeric).length
  const used = isTime
    ? values.filter((value) => value instanceof Date && !isNothing(value))
    : values.filter((value) => isNumeric(value) && Number.isFinite(Number(value)))
  return { used, isTime }
}

// Zero has no sign in SQL.
const finite = (values: readonly unknown[]) =>
  values
    .map((value) => Number(value) + 0)
    .filter(Number.isFinite)
    .sort(compare)

const usedIn = (rows: readonly Row[], name: string, type: ColumnType | undefined) =>
  finite(
    rangeOf(
      rows.map((row) => cellOf(row, name) ?? null),
      type,
    ).used,
  )

/** Whether two results differ by no more than the last digits of the largest number. */
function isNear(found: unknown, expected: unknown, largest: number): boolean {
  if (found === null || expected === null) return found === expected
  if (typeof expected === 'object' && !(expected instanceof Date))
    return Object.entries(expected).every(([name, one]) => isNear((found as Row)[name], one, largest))
  return Math.abs(Number(found) - Number(expected)) <= largest * 1e-9
}
