import type { Row } from '@maestro-dataflow/core'
import { withCells } from './cells.js'
import { type Choices, type Columns, freeName, type Made } from './choices.js'
import { compareIn } from './compare.js'
import { meanOf, quantile } from './numbers.js'
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
  const method = choices.of(['forward', 'backward', 'mode', 'value', 'mean', 'median', 'interpolate'] as const)
  const type = ownOf(types, column)
  const isComputed = method === 'mean' || method === 'median' || method === 'interpolate'
  const isUsable = (row: Row) => {
    const value = cellOf(row, column)
    return !present(row, column) || numberOf(type, value) !== undefined
  }
  const apply = (all: readonly Row[]) => {
    const rows = isComputed ? refuse(all, isUsable) : all
    return rows.map((row, place) => {
      if (present(row, column)) return row
      const isMember = (other: Row) => isOneKey(row, other, by, types)
      const isHere = (other: Row) => present(other, column) && isMember(other)
      const cells = (some: readonly Row[]) => some.filter(isHere).map((other) => other[column])
      const [before, after] = [rows.slice(0, place), rows.slice(place + 1)]
      const fills: Record<typeof method, () => unknown> = {
        value: () => 'filled',
        forward: () => cells(before).at(-1),
        backward: () => cells(after)[0],
        mode: () => modeOf(type, cells(rows)),
        mean: () => computed(type, cells(rows), (numbers) => meanOf(numbers)),
        median: () =>
          computed(type, cells(rows), (numbers) =>
            quantile(
              numbers.toSorted((a, b) => a - b),
              0.5,
            ),
          ),
        interpolate: () => between(type, before.filter(isMember), after.filter(isMember), column),
      }
      const found = fills[method]()
      return found === undefined ? row : withCells(row, [[column, found]])
    })
  }
  const { [column]: _, ...others } = types
  const options = { columns: { [column]: method === 'value' ? { value: 'filled' } : method }, by }
  const step = { use: 'table.fill-missing', options, apply }
  if (isComputed && type === 'integer') return [step, { names, types: { ...types, [column]: 'number' } }]
  const isKept = isComputed ? ['number', 'date', 'decimal'].includes(type ?? '') : method !== 'value'
  return [step, { names, types: isKept ? types : others }]
}

/** A value that is computed from numbers or from dates; undefined if there are none, or both. */
function computed(
  type: Types[string] | undefined,
  values: readonly unknown[],
  compute: (numbers: readonly number[]) => number,
): unknown {
  const used = values.filter((value) => Number.isFinite(numberOf(type, value)))
  const dates = used.filter((value) => value instanceof Date).length
  if (used.length === 0 || (dates > 0 && dates < used.length)) return undefined
  return asValue(type, compute(used.map((value) => Number(numberOf(type, value)))), dates > 0)
}

function asValue(type: Types[string] | undefined, number: number, isDate: boolean): unknown {
  if (isDate) return new Date(Math.round(number))
  return type === 'decimal' ? String(number) : number
}

/** The value on the way from the last value before a gap to the first one after it. */
function between(
  type: Types[string] | undefined,
  before: readonly Row[],
  after: readonly Row[],
  column: string,
): unknown {
  const start = before.findLastIndex((row) => present(row, column))
  const end = after.findIndex((row) => present(row, column))
  if (start === -1 || end === -1) return undefined
  const [low, high] = [before[start]?.[column], after[end]?.[column]]
  const [from, to] = [numberOf(type, low), numberOf(type, high)].map(Number) as [number, number]
  if (!Number.isFinite(from) || !Number.isFinite(to) || low instanceof Date !== high instanceof Date) return undefined
  const passed = before.length - start
  return asValue(type, from + (to - from) * (passed / (passed + end + 1)), low instanceof Date)
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
