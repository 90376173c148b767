import type { Row } from '@maestro-dataflow/core'
import { aggregate, cast, cellOf, dedupe, filter, rename, sample, select, sort, type TableStep } from './reference.js'
import type { Table } from './tables.js'

/** More rows than one row group of DuckDB (122,880), so that several threads share the work. */
const count = 130_000

const rows = Array.from({ length: count }, (_, index) => ({
  city: ['b', 'é', '10', '9', 'z'][index % 5] ?? null,
  n: index % 7 === 3 ? null : (index % 12) / 4,
  x: (index * 7919) % count,
}))

export const largeTable: Table = {
  names: ['city', 'n', 'x'],
  rows,
  types: { city: 'string', n: 'number', x: 'integer' },
}

const cells = (rows: readonly Row[], name: string) => rows.map((row) => cellOf(row, name) ?? null)
const present = (rows: readonly Row[], name: string) => cells(rows, name).filter((value) => value !== null)

const { types } = largeTable

const ordered = aggregate(
  ['city'],
  {
    list_: ['list(x)', (rows) => cells(rows, 'x')],
    first_: ['first(x)', (rows) => cells(rows, 'x')[0]],
    last_: ['last(n)', (rows) => cells(rows, 'n').at(-1)],
    text_: ["string_agg(x, ',')", (rows) => cells(rows, 'x').join(',')],
    some_: [
      'list(x) FILTER (WHERE n > 2)',
      (rows) =>
        cells(
          rows.filter((row) => Number(cellOf(row, 'n') ?? 0) > 2),
          'x',
        ),
    ],
    latest_: ['arg_max(x, n)', (rows) => cellOf(rows.find((row) => cellOf(row, 'n') === 2.75) ?? {}, 'x')],
    json_: ['json_group_array(x)', (rows) => cells(rows, 'x')],
    weighted_: [
      'wavg(n * 0.1, x)',
      (rows) =>
        rows.reduce((sum, row) => sum + Number(row.n ?? 0) * 0.1 * Number(row.x), 0) /
        rows.reduce((sum, row) => sum + (row.n === null ? 0 : Number(row.x)), 0),
    ],
    sum_: ['sum(n * 0.1)', (rows) => present(rows, 'n').reduce<number>((sum, value) => sum + Number(value) * 0.1, 0)],
  },
  types,
)

const sorted = sort(
  [
    { column: 'city', descending: true, nulls: 'first' },
    { column: 'n', descending: false, nulls: 'last' },
  ],
  types,
)
const most = filter('x >= 1000', (row) => Number(cellOf(row, 'x')) >= 1000)

/** Chains whose results depend on the order of the rows. */
export const largeChains: Readonly<Record<string, readonly TableStep[]>> = {
  'filter, sort': [most, sorted],
  'sort, dedupe': [sorted, dedupe(['city', 'n'], 'last', types)],
  'filter, aggregate': [most, ordered],
  'sample, sort, aggregate': [sample({ fraction: 0.97 }, 3), sorted, ordered],
  'rename, sample, select': [rename({ x: 'y' }), sample({ count: 125_000 }, 7), select(['y', 'city'])],
  'cast, sort': [cast({ x: 'string' }), sort([{ column: 'x', descending: true, nulls: 'last' }], { x: 'string' })],
}
