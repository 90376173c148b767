import type { Row } from '@maestro-dataflow/core'
import { cellOf, type TableStep } from './reference.js'
import type { Table } from './tables.js'

/** More rows than one row group of DuckDB (122,880), so that several threads share the work. */
const count = 130_000

const rows = Array.from({ length: count }, (_, index) => ({
  city: ['b', 'é', '10', '9', null][index % 5] ?? null,
  n: (index % 12) / 4,
  x: (index * 7919) % count,
}))

export const largeTable: Table = {
  names: ['city', 'n', 'x'],
  rows,
  types: { city: 'string', n: 'number', x: 'integer' },
}

const numbersOf = (members: readonly Row[]) => members.map((row) => cellOf(row, 'x') as number)

const aggregate: TableStep = {
  use: 'table.aggregate',
  options: {
    by: ['city'],
    values: { list_: 'list(x)', first_: 'first(x)', text_: "string_agg(city, ',')", sum_: 'sum(n)' },
  },
  compute: {
    list_: numbersOf,
    first_: (members) => numbersOf(members)[0],
    text_: (members) => {
      const cities = members.map((row) => cellOf(row, 'city') ?? null).filter((city) => city !== null)
      return cities.length === 0 ? null : cities.join(',')
    },
    sum_: (members) => members.reduce((sum, row) => sum + (cellOf(row, 'n') as number), 0),
  },
}

const sort: TableStep = {
  use: 'table.sort',
  options: {
    by: [
      { column: 'city', descending: true, nulls: 'first' },
      { column: 'n', descending: false, nulls: 'last' },
    ],
  },
}

const filter: TableStep = {
  use: 'table.filter',
  options: { where: 'x >= 1000' },
  keeps: (row) => (cellOf(row, 'x') as number) >= 1000,
}

const dedupe: TableStep = { use: 'table.dedupe', options: { by: ['city', 'n'], keep: 'last' } }

/** Chains whose results depend on the order of the rows. */
export const largeChains: Readonly<Record<string, readonly TableStep[]>> = {
  'filter, sort': [filter, sort],
  'sort, dedupe': [sort, dedupe],
  'filter, aggregate': [filter, aggregate],
}
