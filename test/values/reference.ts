import { createHash } from 'node:crypto'
import { type ColumnType, columnNames, type Row, rowFromEntries } from '@maestro-dataflow/core'
import { castTo, refused } from './cast.js'
import { compare, compareIn, compareInSort } from './compare.js'

/*
 * The table steps in plain, slow JavaScript, without an engine. Only the order of the columns of a row is told by core,
 * because JavaScript objects do not keep it.
 */

export type Types = Readonly<Record<string, ColumnType>>

/** One step of a chain: how the pipeline takes it, and what it does to rows. */
export interface TableStep {
  readonly use: string
  readonly options: object
  readonly apply: (rows: readonly Row[]) => readonly Row[]
}

/** A step that rejects every row ends the run. */
export class AllRefused extends Error {}

export function runReference(rows: readonly Row[], steps: readonly TableStep[]): readonly Row[] {
  return steps.reduce((current, { apply }) => apply(current), rows)
}

export function cellOf(row: Row, column: string): unknown {
  return ownOf(row, column)
}

/** What a record has under a name, which may be one that all objects inherit. */
export function ownOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

export interface Key {
  readonly column: string
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

export function sort(by: readonly Key[], types: Types): TableStep {
  const apply = (rows: readonly Row[]) =>
    rows.toSorted((a, b) => {
      for (const { column, descending, nulls } of by) {
        const order = compareInSort(ownOf(types, column), cellOf(a, column), cellOf(b, column), descending, nulls)
        if (order !== 0) return order
      }
      return 0
    })
  return { use: 'table.sort', options: { by }, apply }
}

/** @param by The columns to compare; none for whole rows */
export function dedupe(by: readonly string[], keep: 'first' | 'last', types: Types): TableStep {
  const isSame = (a: Row, b: Row) =>
    isOneKey(a, b, by.length > 0 ? by : [...new Set([...Object.keys(a), ...Object.keys(b)])], types)
  const apply = (rows: readonly Row[]) => {
    const kept: Row[] = []
    for (const row of keep === 'first' ? rows : rows.toReversed())
      if (!kept.some((other) => isSame(row, other))) kept.push(row)
    return keep === 'first' ? kept : kept.reverse()
  }
  return { use: 'table.dedupe', options: { ...(by.length > 0 ? { by } : {}), keep }, apply }
}

export function limit(count: number, offset: number): TableStep {
  return { use: 'table.limit', options: { count, offset }, apply: (rows) => rows.slice(offset, offset + count) }
}

/** Rows are chosen by a hash of the seed and their place. */
export function sample(chosen: { readonly count: number } | { readonly fraction: number }, seed: number): TableStep {
  const hash = (place: number) => createHash('md5').update(`${seed}:${place}`).digest().readBigUInt64LE(8)
  const apply = (rows: readonly Row[]) => {
    if ('fraction' in chosen) return rows.filter((_, place) => Number(hash(place)) / 2 ** 64 < chosen.fraction)
    const hashes = rows.map((_, place) => hash(place))
    const places = hashes.map((_, place) => place).sort((a, b) => compare(hashes[a], hashes[b]))
    const taken = new Set(places.slice(0, chosen.count))
    return rows.filter((_, place) => taken.has(place))
  }
  return { use: 'table.sample', options: { ...chosen, seed }, apply }
}

/** From each group the same number of rows, or the same share of them in tenths. */
export function sampleBy(
  chosen: { readonly count: number } | { readonly tenths: number },
  by: readonly string[],
  seed: number,
  types: Types,
): TableStep {
  const hash = (place: number) => createHash('md5').update(`${seed}:${place}`).digest().readBigUInt64LE(8)
  const apply = (rows: readonly Row[]) => {
    const hashes = new Map(rows.map((row, place) => [row, hash(place)]))
    const taken = groupsOf(rows, by, types).flatMap((members) => {
      const most = 'count' in chosen ? chosen.count : Math.round((chosen.tenths * members.length) / 10)
      return members.toSorted((a, b) => compare(hashes.get(a), hashes.get(b))).slice(0, most)
    })
    return rows.filter((row) => taken.includes(row))
  }
  const size = 'count' in chosen ? chosen : { fraction: chosen.tenths / 10 }
  return { use: 'table.sample', options: { ...size, by, seed }, apply }
}

export function filter(where: string, keeps: (row: Row) => boolean, params?: object): TableStep {
  return { use: 'table.filter', options: { where, ...(params && { params }) }, apply: (rows) => rows.filter(keeps) }
}

/** A value of an aggregate: its expression, and what it is for the rows of a group. */
export type Computed = readonly [expression: string, compute: (rows: readonly Row[]) => unknown]

/** @param computable Whether SQL has the values of a row that it computes with; the other rows are rejected. */
export function aggregate(
  by: readonly string[],
  values: Readonly<Record<string, Computed>>,
  types: Types,
  computable: (row: Row) => boolean = () => true,
): TableStep {
  const apply = (all: readonly Row[]) => {
    const rows = refuse(all, computable)
    return groupsOf(rows, by, types).map((members) =>
      rowFromEntries([
        ...by.map((name) => [name, cellOf(members[0] ?? {}, name) ?? null] as const),
        ...Object.entries(values).map(([name, [, compute]]) => [name, compute(members)] as const),
      ]),
    )
  }
  const expressions = Object.fromEntries(Object.entries(values).map(([name, [expression]]) => [name, expression]))
  return { use: 'table.aggregate', options: { by, values: expressions }, apply }
}

/** The rows of each combination of values, in the order in which these appear. Without columns, it is one group. */
export function groupsOf(rows: readonly Row[], by: readonly string[], types: Types): readonly (readonly Row[])[] {
  if (by.length === 0) return [rows]
  const groups: Row[][] = []
  for (const row of rows) {
    const group = groups.find(([first]) => first !== undefined && isOneKey(first, row, by, types))
    if (group === undefined) groups.push([row])
    else group.push(row)
  }
  return groups
}

/** A value of a window: its expression, and what it is for a row at a place among the ordered rows of its group. */
export type Seen = readonly [expression: string, compute: (rows: readonly Row[], place: number) => unknown]

/** Adds columns that are computed from the rows around each row. */
export function window(
  by: readonly string[],
  orderBy: readonly Key[],
  values: Readonly<Record<string, Seen>>,
  types: Types,
  frame: object | undefined,
  computable: (row: Row) => boolean,
): TableStep {
  const order = orderBy.length === 0 ? undefined : sort(orderBy, types)
  const apply = (all: readonly Row[]) => {
    const rows = refuse(all, computable)
    return rows.map((row) => {
      const members = rows.filter((other) => by.length === 0 || isOneKey(row, other, by, types))
      const ordered = order?.apply(members) ?? members
      const added = Object.entries(values).map(
        ([name, [, compute]]) => [name, compute(ordered, ordered.indexOf(row))] as const,
      )
      return rowFromEntries([...columnNames(row).map((name) => [name, row[name]] as const), ...added])
    })
  }
  const expressions = Object.fromEntries(Object.entries(values).map(([name, [expression]]) => [name, expression]))
  return {
    use: 'table.window',
    options: { by, ...(order && { orderBy }), ...(frame && { frame }), values: expressions },
    apply,
  }
}

/** Rows with a value that cannot be converted are rejected. */
export function cast(columns: Types): TableStep {
  const apply = (rows: readonly Row[]) => {
    const cast = rows.flatMap((row) => {
      const added = Object.keys(columns).filter((name) => !Object.hasOwn(row, name))
      const cells = [...columnNames(row), ...added].map((name) => {
        const type = ownOf(columns, name)
        return [name, type === undefined ? row[name] : castTo(type, cellOf(row, name))] as const
      })
      return cells.some(([, value]) => value === refused) ? [] : [rowFromEntries(cells)]
    })
    if (cast.length === 0 && rows.length > 0) throw new AllRefused()
    return cast
  }
  return { use: 'table.cast', options: { columns }, apply }
}

export function rename(columns: Readonly<Record<string, string>>): TableStep {
  const apply = (rows: readonly Row[]) =>
    rows.map((row) => rowFromEntries(columnNames(row).map((name) => [ownOf(columns, name) ?? name, row[name]])))
  return { use: 'table.rename', options: { columns }, apply }
}

export function select(columns: readonly string[]): TableStep {
  const apply = (rows: readonly Row[]) =>
    rows.map((row) =>
      rowFromEntries(columns.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]])),
    )
  return { use: 'table.select', options: { columns }, apply }
}

export function drop(columns: readonly string[]): TableStep {
  const apply = (rows: readonly Row[]) =>
    rows.map((row) =>
      rowFromEntries(
        columnNames(row)
          .filter((name) => !columns.includes(name))
          .map((name) => [name, row[name]]),
      ),
    )
  return { use: 'table.drop', options: { columns }, apply }
}

/** The rows that a step does not reject. @throws AllRefused */
export function refuse(rows: readonly Row[], isKept: (row: Row) => boolean): readonly Row[] {
  const kept = rows.filter(isKept)
  if (kept.length === 0 && rows.length > 0) throw new AllRefused()
  return kept
}

export function isOneKey(a: Row, b: Row, by: readonly string[], types: Types): boolean {
  return by.every((name) => compareIn(ownOf(types, name), cellOf(a, name), cellOf(b, name)) === 0)
}
