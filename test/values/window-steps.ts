import type { Row } from '@maestro-dataflow/core'
import { type Choices, type Columns, directions, ends, freeName, type Made, quoted } from './choices.js'
import { compareInSort, returned, sumOf } from './compare.js'
import { cellOf, type Key, ownOf, type Seen, type Types, window } from './reference.js'
import { isWellFormed } from './texts.js'

/* `table.window` in plain JavaScript. */

const frames = [undefined, { before: 1, after: 0 }, { before: 'all', after: 1 }, { before: 0, after: 2 }] as const

export function windowOf(choices: Choices, { names, types }: Columns): Made {
  const by = choices.of(directions) ? choices.some(names) : []
  const orderBy: readonly Key[] = (choices.of(directions) ? choices.some(names) : []).map((column) => ({
    column,
    descending: choices.of(directions),
    nulls: choices.of(ends),
  }))
  const name = choices.of(names)
  const type = ownOf(types, name)
  const frame = choices.of(frames)
  /** The rows that an aggregate sees. */
  const seen = (rows: readonly Row[], at: number) => {
    if (frame === undefined) return orderBy.length === 0 ? rows : rows.slice(0, at + 1)
    return rows.slice(frame.before === 'all' ? 0 : Math.max(0, at - frame.before), at + frame.after + 1)
  }
  const cell = (row: Row | undefined) => returned(type, cellOf(row ?? {}, name) ?? null)
  const isPeer = (a: Row | undefined, b: Row | undefined) =>
    orderBy.every(
      ({ column, descending, nulls }) =>
        compareInSort(ownOf(types, column), cellOf(a ?? {}, column), cellOf(b ?? {}, column), descending, nulls) === 0,
    )
  const firstPeer = (rows: readonly Row[], at: number) => rows.findIndex((row) => isPeer(row, rows[at]))
  // The last digits of a sum of fractions depend on the order in which they are added.
  const isExact = type === 'integer' || type === 'bigint' || type === 'decimal'
  const all: Record<string, readonly [Seen[0], Seen[1], Types[string] | undefined]> = {
    place_: ['row_number()', (_, at) => at + 1, 'integer'],
    rank_: ['rank()', (rows, at) => firstPeer(rows, at) + 1, 'integer'],
    dense_: [
      'dense_rank()',
      (rows, at) => rows.filter((_, index) => index <= firstPeer(rows, at) && firstPeer(rows, index) === index).length,
      'integer',
    ],
    count_: ['count(*)', (rows, at) => seen(rows, at).length, 'integer'],
    ...(type === undefined
      ? {}
      : {
          before_: [`lag(${quoted(name)})`, (rows, at) => cell(rows[at - 1]), type],
          later_: [`lead(${quoted(name)}, 2)`, (rows, at) => cell(rows[at + 2]), type],
          first_: [
            `first_value(${quoted(name)})`,
            (rows, at) => cell(frame === undefined ? rows[0] : seen(rows, at)[0]),
            type,
          ],
          listed_: [
            `list(${quoted(name)})`,
            (rows, at) => (seen(rows, at).length === 0 ? null : seen(rows, at).map(cell)),
            undefined,
          ],
        }),
    ...(isExact
      ? {
          sum_: [
            `sum(${quoted(name)})`,
            (rows, at) =>
              sumOf(
                type,
                seen(rows, at)
                  .map(cell)
                  .filter((value) => value !== null),
              ),
            undefined,
          ],
        }
      : {}),
  }
  const chosen = choices.some(Object.keys(all), 3).map((base) => [base, freeName(base, names)] as const)
  const values = Object.fromEntries(
    chosen.map(([base, added]): [string, Seen] => [added, (all[base] ?? all.place_)?.slice(0, 2) as unknown as Seen]),
  )
  const isRead = chosen.some(([base]) => !['place_', 'rank_', 'dense_', 'count_'].includes(base))
  const computable = (row: Row) => !isRead || type !== 'json' || isWellFormed(cellOf(row, name))
  const known = chosen.flatMap(([base, added]) => {
    const [, , found] = all[base] ?? []
    return found === undefined ? [] : [[added, found] as const]
  })
  return [
    window(by, orderBy, values, types, frame, computable),
    {
      names: [...names, ...chosen.map(([, added]) => added)],
      types: { ...types, ...Object.fromEntries(known) },
    },
  ]
}
