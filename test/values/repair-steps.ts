import type { Row } from '@maestro-dataflow/core'
import { withCells } from './cells.js'
import { type Choices, type Columns, freeName, type Made } from './choices.js'
import { compareIn } from './compare.js'
import { aggregate, cellOf, isOneKey, ownOf, refuse, type Types } from './reference.js'

/* The steps that repair values or choose rows by them, in plain JavaScript. */

/** The steps that a chain may take. */
export const repairMakers: readonly ((choices: Choices, columns: Columns) => Made)[] = [
  fillOf,
  outliersOf,
  distinctOf,
  validateOf,
]

const present = (row: Row, name: string) => (cellOf(row, name) ?? null) !== null

function fillOf(choices: Choices, { names, types }: Columns): Made {
  const column = choices.of(names)
  if (column === '__proto__') return distinctOf(choices, { names, types })
  const by = choices.of([true, false]) ? choices.some(names) : []
  const method = choices.of(['forward', 'backward', 'mode', 'value'] as const)
  const type = ownOf(types, column)
  const apply = (rows: readonly Row[]) =>
    rows.map((row, place) => {
      if (present(row, column)) return row
      const isHere = (other: Row) => present(other, column) && isOneKey(row, other, by, types)
      const found =
        method === 'value'
          ? 'filled'
          : method === 'forward'
            ? rows.slice(0, place).filter(isHere).at(-1)?.[column]
            : method === 'backward'
              ? rows.slice(place).find(isHere)?.[column]
              : modeOf(
                  type,
                  rows.filter(isHere).map((other) => other[column]),
                )
      return found === undefined ? row : withCells(row, [[column, found]])
    })
  const { [column]: _, ...others } = types
  const options = { columns: { [column]: method === 'value' ? { value: 'filled' } : method }, by }
  return [
    { use: 'table.fill-missing', options, apply },
    { names, types: method === 'value' ? others : types },
  ]
}

/** The most frequent value; the first one of several. */
function modeOf(type: Types[string] | undefined, values: readonly unknown[]): unknown {
  const countOf = (value: unknown) => values.filter((other) => compareIn(type, value, other) === 0).length
  return values.reduce<unknown>(
    (best, value) => (best === undefined || countOf(value) > countOf(best) ? value : best),
    undefined,
  )
}

const numberOf = (type: Types[string] | undefined, value: unknown) =>
  typeof value === 'number'
    ? value
    : value instanceof Date && !Number.isNaN(value.getTime())
      ? value.getTime()
      : type === 'decimal' || (typeof value === 'bigint' && BigInt(Number(value)) === value)
        ? Number(value)
        : undefined

function outliersOf(choices: Choices, { names, types }: Columns): Made {
  const computed = ['number', 'integer', 'bigint', 'decimal', 'date', undefined]
  const numeric = names.filter((name) => computed.includes(ownOf(types, name)))
  const input = choices.of(numeric.length > 0 ? numeric : names)
  const type = ownOf(types, input)
  const by = choices.of([true, false]) ? choices.some(names) : []
  const action = choices.of(['mark', 'drop'] as const)
  const output = freeName('outlier_', names)
  const toNumber = (row: Row) => numberOf(type, cellOf(row, input))
  const apply = (all: readonly Row[]) => {
    const rows = refuse(all, (row) => !present(row, input) || toNumber(row) !== undefined)
    return rows.flatMap((row) => {
      const members = rows.filter((other) => isOneKey(row, other, by, types))
      const sorted = members
        .map(toNumber)
        .filter((value): value is number => value !== undefined && Number.isFinite(value))
        .sort((a, b) => a - b)
      const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)]
      const value = toNumber(row)
      const isWithin = value !== undefined && value >= low - 1.5 * (high - low) && value <= high + 1.5 * (high - low)
      const isOutlier = value === undefined ? null : !isWithin
      if (action === 'mark') return [withCells(row, [[output, isOutlier]])]
      return isOutlier === true ? [] : [row]
    })
  }
  const after: Columns =
    action === 'drop' ? { names, types } : { names: [...names, output], types: { ...types, [output]: 'boolean' } }
  return [{ use: 'table.outliers', options: { input, by, action, output }, apply }, after]
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const [low = Number.NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.floor(at) + 1]]
  return high === low ? low : low + (high - low) * (at - Math.floor(at))
}

function distinctOf(choices: Choices, { names, types }: Columns): Made {
  const columns = choices.some(names, 3)
  const { apply } = aggregate(columns, {}, types)
  const after = Object.entries(types).filter(([name]) => columns.includes(name))
  return [
    { use: 'table.distinct', options: { columns }, apply },
    { names: columns, types: Object.fromEntries(after) },
  ]
}

function validateOf(choices: Choices, columns: Columns): Made {
  const { names, types } = columns
  const column = choices.of(names)
  if (column === '__proto__') return distinctOf(choices, columns)
  const type = ownOf(types, column)
  const kind = type === 'decimal' || type === 'bigint' || type === 'integer' ? 'number' : type
  const bound =
    kind === 'number' ? choices.below(12) - 3 : kind === 'string' ? choices.of(['a', '10', 'é']) : new Date(0)
  const isSame = (value: unknown) =>
    kind === 'number' ? !Number.isNaN(value) : kind === 'string' ? typeof value === 'string' : value instanceof Date
  if (kind !== 'number' && kind !== 'string' && kind !== 'date') return distinctOf(choices, columns)
  const compared = type === 'decimal' ? String(bound) : bound
  const [name, holds] = choices.of([
    ['min', (value: unknown) => compareIn(type, value, compared) >= 0],
    ['max', (value: unknown) => compareIn(type, value, compared) <= 0],
    ['oneOf', (value: unknown) => compareIn(type, value, compared) === 0],
  ] as const)
  const rules = { [column]: { [name]: name === 'oneOf' ? [bound] : bound } }
  const apply = (rows: readonly Row[]) =>
    refuse(rows, (row) => !present(row, column) || (isSame(cellOf(row, column)) && holds(cellOf(row, column))))
  return [{ use: 'table.validate', options: { rules }, apply }, columns]
}
