import type { Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { Choices, type Columns, directions, ends, type Made, quoted } from './choices.js'
import { combineMakers } from './combine-steps.js'
import { compare, compareIn, returned, sumOf } from './compare.js'
import {
  aggregate,
  type Computed,
  cast,
  cellOf,
  dedupe,
  drop,
  filter,
  limit,
  ownOf,
  rename,
  sample,
  sampleBy,
  select,
  sort,
  type TableStep,
  type Types,
} from './reference.js'
import { repairMakers } from './repair-steps.js'
import { shapeMakers } from './shape-steps.js'
import { sqlMakers } from './sql-steps.js'
import type { Table } from './tables.js'
import { isWellFormed, numberText } from './texts.js'
import { windowOf } from './window-steps.js'

/** A chain of table steps over the columns of a table. */
export function chains(table: Table): fc.Arbitrary<readonly TableStep[]> {
  const step = fc.array(fc.nat(999), { minLength: 1, maxLength: 8 })
  return fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => {
    let columns: Columns = table
    return steps.map((numbers) => {
      const choices = new Choices(numbers)
      const [made, after] = choices.of(makers)(choices, columns)
      columns = after
      return made
    })
  })
}

const makers: readonly ((choices: Choices, columns: Columns) => Made)[] = [
  (choices, columns) => {
    const by = choices
      .some(columns.names)
      .map((column) => ({ column, descending: choices.of(directions), nulls: choices.of(ends) }))
    return [sort(by, columns.types), columns]
  },
  (choices, columns) => {
    const by = choices.of(directions) ? [] : choices.some(columns.names)
    return [dedupe(by, choices.of(ends), columns.types), columns]
  },
  (choices, columns) => [limit(choices.below(20), choices.below(3)), columns],
  (choices, columns) => {
    const chosen = choices.of(directions) ? { count: choices.below(12) } : { fraction: choices.below(11) / 10 }
    return [sample(chosen, choices.below(3)), columns]
  },
  (choices, columns) => {
    const chosen = choices.of(directions) ? { count: choices.below(4) } : { tenths: choices.below(11) }
    return [sampleBy(chosen, choices.some(columns.names), choices.below(3), columns.types), columns]
  },
  (choices, columns) => [filterOf(choices, columns), columns],
  (choices, columns) => [filterOf(choices, columns), columns],
  castOf,
  (choices, { names: all, types }) => {
    const names = all.filter((name) => name !== '__proto__')
    if (names.length === 0) return [limit(20, 0), { names: all, types }]
    const name = choices.of(names)
    const other = choices.of(['new', 'order', '2020', 'values', ...names])
    // A name that another column has changes places with it.
    const columns = { [name]: other, ...(names.includes(other) ? { [other]: name } : {}) }
    const renamed = (column: string) => ownOf(columns, column) ?? column
    const after = Object.entries(types).map(([column, type]) => [renamed(column), type] as const)
    return [rename(columns), { names: all.map(renamed), types: Object.fromEntries(after) }]
  },
  (choices, { names, types }) => {
    const chosen = choices.some(names, 3)
    const after = Object.entries(types).filter(([column]) => chosen.includes(column))
    return [select(chosen), { names: chosen, types: Object.fromEntries(after) }]
  },
  (choices, columns) => {
    const dropped = choices.of(columns.names)
    const names = columns.names.filter((name) => name !== dropped)
    if (names.length === 0) return [limit(20, 0), columns]
    const after = Object.entries(columns.types).filter(([column]) => column !== dropped)
    return [drop([dropped]), { names, types: Object.fromEntries(after) }]
  },
  aggregateOf,
  windowOf,
  ...shapeMakers,
  ...combineMakers,
  ...repairMakers,
  ...sqlMakers,
]

const present = (row: Row, name: string) => (cellOf(row, name) ?? null) !== null

function filterOf(choices: Choices, { names, types }: Columns): TableStep {
  const name = choices.of(names)
  const type = ownOf(types, name)
  const column = quoted(name)
  /** SQL computes neither with half a character nor with an invalid date. */
  const where = (expression: string, isKept: (value: never) => boolean, params?: object) =>
    filter(expression, (row) => present(row, name) && isKept(cellOf(row, name) as never), params)
  const bound = choices.below(14) - 3
  switch (type) {
    case 'number':
    case 'integer':
    case 'bigint':
    case 'decimal':
      return choices.of([
        where(`${column} >= ${bound}`, (value) => compareIn(type, value, asText(type, bound)) >= 0),
        where(
          `${column} < ${bound}.5`,
          (value) => compareIn(type, value, asText(type, bound < 0 ? bound - 0.5 : bound + 0.5)) < 0,
        ),
        where(`${column} = $b`, (value) => compareIn(type, value, asText(type, bound)) === 0, { b: bound }),
      ])
    case 'string': {
      const text = choices.of(['a', 'é', '10', '', '😀'])
      return choices.of([
        where(`${column} = $t`, (value) => value === text, { t: text }),
        where(`${column} >= '${text}'`, (value) => compare(value, text) >= 0),
        where(`length(${column}) > 1`, (value: string) => [...value].length > 1),
      ])
    }
    case 'boolean':
      return choices.of([where(column, (value) => value), where(`NOT ${column}`, (value) => !value)])
    case 'date':
      return where(`${column} >= '1970-01-01'`, (value: Date) => value.getTime() >= 0)
    default:
      // SQL has no date that is none.
      return where(
        `${column} IS NOT NULL`,
        (value: unknown) => !(value instanceof Date && Number.isNaN(value.getTime())),
      )
  }
}

const asText = (type: string, value: number) => (type === 'decimal' ? String(value) : value)

const castable = ['string', 'number', 'integer', 'bigint', 'decimal', 'boolean', 'date', 'json'] as const

function castOf(choices: Choices, { names, types }: Columns): Made {
  const name = choices.of(names)
  // An option cannot name this column.
  if (name === '__proto__') return [limit(20, 0), { names, types }]
  const type = choices.of(castable)
  return [cast({ [name]: type }), { names, types: { ...types, [name]: type } }]
}

function aggregateOf(choices: Choices, { names, types }: Columns): Made {
  const by = choices.of([true, true, false]) ? choices.some(names) : []
  const name = choices.of(names)
  const type = ownOf(types, name)
  const column = quoted(name)
  const cells = (rows: readonly Row[]) => rows.map((row) => returned(type, cellOf(row, name) ?? null))
  const members = (rows: readonly Row[]) => cells(rows).filter((value) => value !== null)
  const extreme = (sign: number) => (rows: readonly Row[]) =>
    members(rows).reduce<unknown>(
      (best, value) => (best === null || sign * compareIn(type, value, best) > 0 ? value : best),
      null,
    )
  const count = by.includes('rows_') ? 'rows2_' : 'rows_'
  const values: Record<string, Computed> = { [count]: ['count(*)', (rows) => rows.length] }
  if (type !== undefined) {
    values.count_ = [`count(${column})`, (rows) => members(rows).length]
    values.list_ = [`list(${column})`, (rows) => (rows.length === 0 ? null : cells(rows))]
    values.first_ = [`first(${column})`, (rows) => cells(rows)[0] ?? null]
    if (type !== 'vector') {
      values.max_ = [`max(${column})`, extreme(1)]
      values.min_ = [`min(${column})`, extreme(-1)]
    }
  }
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'bigint' || type === 'boolean')
    values.text_ = [
      `string_agg(${column}, '|')`,
      (rows) =>
        members(rows).length === 0
          ? null
          : members(rows)
              .map((value) =>
                typeof value === 'string' || typeof value === 'boolean' ? String(value) : numberText(value as number),
              )
              .join('|'),
    ]
  if (type === 'number' || type === 'integer' || type === 'bigint' || type === 'decimal')
    values.sum_ = [`sum(${column})`, (rows) => sumOf(type, members(rows))]
  const after = by.map((key) => [key, ownOf(types, key)] as const).filter(([, found]) => found !== undefined)
  const kept = Object.fromEntries(after) as Types
  // The steps after it take the columns of its key and the number of its rows.
  const computable = (row: Row) => type !== 'json' || isWellFormed(cellOf(row, name))
  return [aggregate(by, values, types, computable), { names: [...by, count], types: { ...kept, [count]: 'integer' } }]
}
