import { columnNames, type Row, rowFromEntries } from '@maestro-dataflow/core'
import { withCells } from './cells.js'
import { type Choices, type Columns, freeName, type Made } from './choices.js'
import { compareIn } from './compare.js'
import { cellOf, ownOf, type TableStep, type Types } from './reference.js'

/* The steps that combine the rows with those of another table, in plain JavaScript. */

/** The steps that a chain may take. */
export const combineMakers: readonly ((choices: Choices, columns: Columns) => Made)[] = [joinOf, asOfOf, unionOf]

/** Values that are equal to others in another form, or only look so. */
const keys: readonly unknown[] = [
  ...[null, undefined, 0, -0, 1, 1n, 2.5, 10, '10', '1', '1.0', '2.50', 'a', 'é', '', true, false],
  ...[new Date(0), Number.NaN, new Date(Number.NaN), 9007199254740993n, 2n ** 127n, 1e40, '😀', 'e\u0301', '\ud83d'],
  ...[[1, null], [1n], { x: 1, y: null }, { x: 1 }, new Uint8Array([1]), new Float32Array([1, 2])],
]

/** A few rows of another table. A cell of `undefined` may also be missing. */
function otherRows(choices: Choices, names: readonly string[]): readonly Row[] {
  return Array.from({ length: 1 + choices.below(7) }, (_, index) =>
    rowFromEntries(
      names
        .map((name, place) => [name, place === names.length - 1 ? index : choices.of(keys)] as const)
        .filter(([, value]) => value !== undefined || index % 2 === 0),
    ),
  )
}

const present = (row: Row, name: string) => (cellOf(row, name) ?? null) !== null

/** Decimal numbers are texts: if one side knows that its texts are decimal numbers, those of the other side are, too. */
const keyOrder = (types: Types, left: string, a: Row, b: Row, right: string) =>
  compareIn(ownOf(types, left), cellOf(a, left), cellOf(b, right))

function joinOf(choices: Choices, { names, types }: Columns): Made {
  const by = choices.some(names)
  const on = by.map((name, index) => choices.of([name, `2${index}`, `k${index}`]))
  const right = otherRows(choices, [...new Set(on), '2021', 'v'])
  const how = choices.of(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const)
  const isMatch = (a: Row, b: Row) =>
    by.every((name, index) => {
      const other = on[index] ?? name
      return present(a, name) && present(b, other) && keyOrder(types, name, a, b, other) === 0
    })
  const columns = [...new Set(right.flatMap(columnNames))].filter((name) => !on.includes(name))
  const columnPrefix = freeName(
    'right_',
    names.map((name) => name.slice(0, 6)),
  )
  const joined = (row: Row, match: Row | undefined) =>
    withCells(
      row,
      columns.map((name) => [columnPrefix + name, cellOf(match ?? {}, name) ?? null]),
    )
  const isOuter = how === 'right' || how === 'full'
  const whole = (row: Row) =>
    isOuter
      ? withCells(
          row,
          by.filter((name) => !Object.hasOwn(row, name)).map((name) => [name, null]),
        )
      : row
  const apply = (rows: readonly Row[]) => {
    if (how === 'semi' || how === 'anti')
      return rows.filter((row) => right.some((other) => isMatch(row, other)) === (how === 'semi'))
    const lefts = rows.flatMap((row) => {
      const matches = right.filter((other) => isMatch(row, other))
      if (matches.length > 0) return matches.map((match) => joined(whole(row), match))
      return how === 'left' || how === 'full' ? [joined(whole(row), undefined)] : []
    })
    const rights = right
      .filter((other) => isOuter && !rows.some((row) => isMatch(row, other)))
      .map((other) =>
        rowFromEntries([
          ...by.map((name, index) => [name, cellOf(other, on[index] ?? '') ?? null] as const),
          ...columns.map((name) => [columnPrefix + name, cellOf(other, name) ?? null] as const),
        ]),
      )
    return [...lefts, ...rights]
  }
  const step: TableStep = { use: 'table.join', options: { right, by, on, how, columnPrefix }, apply }
  if (how === 'semi' || how === 'anti') return [step, { names, types }]
  const after = Object.entries(types).filter(([name]) => !isOuter || !by.includes(name))
  return [step, { names: [...names, ...columns.map((name) => columnPrefix + name)], types: Object.fromEntries(after) }]
}

function asOfOf(choices: Choices, columns: Columns): Made {
  const { names, types } = columns
  const asOf = choices.of(names)
  const [by, on] = [choices.of(names), 'k']
  const right = otherRows(choices, ['k', 'at', 'v'])
  const direction = choices.of(['backward', 'forward'] as const)
  const how = choices.of(['inner', 'left'] as const)
  const columnPrefix = freeName(
    'right_',
    names.map((name) => name.slice(0, 6)),
  )
  const added = [`${columnPrefix}at`, `${columnPrefix}v`]
  /** Values of different types have no order. */
  const isBefore = (row: Row, other: Row) => {
    const order = keyOrder(types, asOf, row, other, 'at')
    return (
      kindOf(cellOf(row, asOf)) === kindOf(cellOf(other, 'at')) && (direction === 'backward' ? order >= 0 : order <= 0)
    )
  }
  const nearest = (row: Row) => {
    const near = right.filter(
      (other) =>
        [present(row, by), present(other, on), present(row, asOf), present(other, 'at')].every(Boolean) &&
        keyOrder(types, by, row, other, on) === 0 &&
        isBefore(row, other),
    )
    const sign = direction === 'backward' ? 1 : -1
    return near.reduce<Row | undefined>((best, one) => {
      if (best === undefined) return one
      const order = sign * compareIn(ownOf(types, asOf), cellOf(one, 'at'), cellOf(best, 'at'))
      return order > 0 || (order === 0 && direction === 'backward') ? one : best
    }, undefined)
  }
  const apply = (rows: readonly Row[]) =>
    rows.flatMap((row) => {
      const match = nearest(row)
      if (match === undefined && how === 'inner') return []
      return [
        withCells(row, [
          [added[0] ?? '', cellOf(match ?? {}, 'at') ?? null],
          [added[1] ?? '', cellOf(match ?? {}, 'v') ?? null],
        ]),
      ]
    })
  const hasAll = ['at', 'v'].every((name) => right.some((row) => Object.hasOwn(row, name)))
  if (!hasAll) return joinOf(choices, columns)
  const options = { right, by: [by], on: [on], asOf, asOfOn: 'at', how, direction, columnPrefix }
  return [
    { use: 'table.join', options, apply },
    { names: [...names, ...added], types: { ...types } },
  ]
}

/** What is compared with each other. */
function kindOf(value: unknown): string {
  if (Number.isNaN(value) || (value instanceof Date && Number.isNaN(value.getTime()))) return 'none'
  if (value instanceof Date) return 'date'
  if (typeof value === 'bigint') return 'number'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Float32Array) return 'vector'
  return value instanceof Uint8Array ? 'bytes' : typeof value
}

function unionOf(choices: Choices, { names, types }: Columns): Made {
  const others = choices.some([...names, '2021', 'k'], 3)
  const right = otherRows(choices, [...new Set([...others, 'v_'])])
  const shared = new Set(right.flatMap(columnNames))
  const after = Object.entries(types).filter(([name]) => !shared.has(name))
  const added = [...shared].filter((name) => !names.includes(name))
  return [
    { use: 'table.union', options: { right }, apply: (rows) => [...rows, ...right] },
    { names: [...names, ...added], types: Object.fromEntries(after) },
  ]
}
