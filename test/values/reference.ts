import type { Row } from '@maestro-dataflow/core'

/*
 * The table steps in plain, slow JavaScript: what docs/decisions on values says, without an engine. It shares no code with the
 * packages.
 */

/** One step of a chain, as the pipeline takes it. */
export type TableStep =
  | {
      readonly use: 'table.sort'
      readonly options: {
        readonly by: readonly {
          readonly column: string
          readonly descending: boolean
          readonly nulls: 'first' | 'last'
        }[]
      }
    }
  | {
      readonly use: 'table.dedupe'
      readonly options: { readonly by: readonly string[]; readonly keep: 'first' | 'last' }
    }
  | { readonly use: 'table.limit'; readonly options: { readonly count: number; readonly offset: number } }
  | {
      readonly use: 'table.filter'
      readonly options: { readonly where: string }
      readonly keeps: (row: Row) => boolean
    }
  | {
      readonly use: 'table.aggregate'
      readonly options: { readonly by: readonly string[]; readonly values: Readonly<Record<string, string>> }
      readonly compute: Readonly<Record<string, (rows: readonly Row[]) => unknown>>
    }

export function runReference(rows: readonly Row[], steps: readonly TableStep[]): readonly Row[] {
  return steps.reduce<readonly Row[]>(runStep, rows)
}

function runStep(rows: readonly Row[], step: TableStep): readonly Row[] {
  switch (step.use) {
    case 'table.sort':
      return rows.toSorted((a, b) => {
        for (const { column, descending, nulls } of step.options.by) {
          const order = compareInSort(cellOf(a, column), cellOf(b, column), descending, nulls)
          if (order !== 0) return order
        }
        return 0
      })
    case 'table.dedupe': {
      const { by, keep } = step.options
      const isSame = (a: Row, b: Row) => (by.length === 0 ? compare(a, b) === 0 : isOneKey(a, b, by))
      const kept: Row[] = []
      for (const row of keep === 'first' ? rows : rows.toReversed())
        if (!kept.some((other) => isSame(row, other))) kept.push(row)
      return keep === 'first' ? kept : kept.reverse()
    }
    case 'table.limit':
      return rows.slice(step.options.offset, step.options.offset + step.options.count)
    case 'table.filter':
      return rows.filter(step.keeps)
    case 'table.aggregate': {
      const { by } = step.options
      const groups: Row[][] = by.length === 0 ? [[...rows]] : []
      for (const row of by.length === 0 ? [] : rows) {
        const group = groups.find(([first]) => first !== undefined && isOneKey(first, row, by))
        if (group === undefined) groups.push([row])
        else group.push(row)
      }
      return groups.map((members) =>
        Object.fromEntries([
          ...by.map((name) => [name, cellOf(members[0] ?? {}, name) ?? null]),
          ...Object.entries(step.compute).map(([name, compute]) => [name, compute(members)]),
        ]),
      )
    }
  }
}

export function cellOf(row: Row, column: string): unknown {
  return Object.hasOwn(row, column) ? row[column] : undefined
}

function isOneKey(a: Row, b: Row, by: readonly string[]): boolean {
  return by.every((name) => compare(cellOf(a, name), cellOf(b, name)) === 0)
}

function compareInSort(a: unknown, b: unknown, descending: boolean, nulls: 'first' | 'last'): number {
  const [missingA, missingB] = [a ?? null, b ?? null].map((value) => value === null)
  if (missingA || missingB) return missingA === missingB ? 0 : missingA === (nulls === 'first') ? -1 : 1
  const [lastA, lastB] = [isNothing(a), isNothing(b)]
  if (lastA || lastB) return lastA === lastB ? 0 : lastA ? 1 : -1
  return descending ? -compare(a, b) : compare(a, b)
}

/** NaN, and a date that is none. */
function isNothing(value: unknown): boolean {
  return Number.isNaN(value) || (value instanceof Date && Number.isNaN(value.getTime()))
}

/** The order of all values; 0 for those that are equal. Null, undefined and missing are one. */
export function compare(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rank(a), rank(b)]
  if (rankA !== rankB) return rankA - rankB
  switch (rankA) {
    case 1:
      return Number(a) - Number(b)
    case 2:
      // JavaScript compares numbers and big integers exactly.
      return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
    case 3:
      return (a as Date).getTime() - (b as Date).getTime()
    case 4:
      return compareText(a as string, b as string)
    case 5:
    case 8:
      return compareLists(Array.from(a as unknown[]), Array.from(b as unknown[]))
    case 6: {
      const [first, second] = [a, b].map((value) =>
        Object.entries(value as object)
          .filter(([, member]) => member !== null && member !== undefined)
          .sort(([x], [y]) => compareText(x, y))
          .flat(),
      )
      return compareLists(first ?? [], second ?? [])
    }
    case 7:
      return Buffer.compare(a as Uint8Array, b as Uint8Array)
    default:
      return 0
  }
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (isNothing(value)) return 9
  if (typeof value === 'boolean') return 1
  if (typeof value === 'number' || typeof value === 'bigint') return 2
  if (value instanceof Date) return 3
  if (typeof value === 'string') return 4
  if (Array.isArray(value)) return 5
  if (value instanceof Float32Array) return 8
  return value instanceof Uint8Array ? 7 : 6
}

function compareText(a: string, b: string): number {
  const [first, second] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0))
  return compareLists(first ?? [], second ?? [])
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compare(a[index], b[index])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Rows as text, to be compared: the order of their columns does not count, and a column without a value is none. */
export function shown(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => show(row))
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  // A whole number of JSON that is small comes as a number.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? String(value) : `${value}n`
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Date) return `date ${value.getTime()}`
  if (value instanceof Float32Array) return `vector ${Array.from(value, show).join()}`
  if (value instanceof Uint8Array) return `bytes ${Array.from(value).join()}`
  if (Array.isArray(value)) return `[${value.map(show).join()}]`
  if (typeof value !== 'object') return String(value)
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${show(member)}`)
    .join()}}`
}
