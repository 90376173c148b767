import type { Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { withCells } from './cells.js'
import { Choices, type Columns, freeName, type Made, quoted } from './choices.js'
import { compareInSort, returned } from './compare.js'
import { jsonOf } from './held-values.js'
import { cellOf, groupsOf, ownOf, refuse, sort, type TableStep } from './reference.js'
import type { Table } from './tables.js'
import { isWellFormed } from './texts.js'

/* `table.sql` in plain JavaScript: simple queries only. */

/** The queries that a chain may take. */
export const sqlMakers: readonly ((choices: Choices, columns: Columns) => Made)[] = [projectionOf, countsOf, joinOf]

/** SQL has columns for all rows, no negative zero, and no half a character. Values of several kinds are JSON. */
function tableOf(rows: readonly Row[], { names, types }: Columns): readonly Row[] {
  const isMixed = names.map((name) => new Set(rows.map((row) => kindIn(cellOf(row, name))).filter(Boolean)).size > 1)
  const isHere = (row: Row) => names.every((name, at) => isHeld(cellOf(row, name), isMixed[at] === true))
  return refuse(rows, isHere).map((row) =>
    withCells(
      {},
      names.map((name, at) => [
        name,
        isMixed[at] ? jsonOf(cellOf(row, name) ?? null) : returned(ownOf(types, name), inSql(cellOf(row, name))),
      ]),
    ),
  )
}

/** What the values of a column have in common; undefined for none, and for what SQL has not. */
function kindIn(value: unknown): string | undefined {
  if (value === null || value === undefined || !isHeld(value, false)) return undefined
  if (typeof value === 'number') return 'number'
  if (value instanceof Date) return 'date'
  if (value instanceof Float32Array) return 'vector'
  return value instanceof Uint8Array ? 'bytes' : typeof value
}

const isHeld = (value: unknown, isJson: boolean) =>
  !(value instanceof Date && Number.isNaN(value.getTime())) &&
  isWellFormed(value) &&
  !(isJson && typeof value === 'number' && !Number.isFinite(value))

const inSql = (value: unknown) => (Object.is(value, -0) ? 0 : (value ?? null))

const isKnown = ({ names, types }: Columns) =>
  names.every((name) => ![undefined, 'json', 'vector'].includes(ownOf(types, name)))

function projectionOf(choices: Choices, columns: Columns): Made {
  const { names, types } = columns
  const chosen = choices.some(names, 3)
  const by = choices.of(names)
  const list = chosen.map(quoted).join(', ')
  const isSorted = isKnown(columns) && choices.of([true, false])
  const order = sort([{ column: by, descending: false, nulls: 'last' }], types)
  const apply = (rows: readonly Row[]) => {
    const all = tableOf(rows, columns)
    return (isSorted ? order.apply(all) : all).map((row) =>
      withCells(
        {},
        chosen.map((name) => [name, row[name]]),
      ),
    )
  }
  const query = `SELECT ${list} FROM input${isSorted ? ` ORDER BY ${quoted(by)}, rowid` : ''}`
  const after = Object.entries(types).filter(([name]) => chosen.includes(name))
  return [
    { use: 'table.sql', options: { query }, apply },
    { names: chosen, types: Object.fromEntries(after) },
  ]
}

function countsOf(choices: Choices, columns: Columns): Made {
  const { names, types } = columns
  if (!isKnown(columns)) return projectionOf(choices, columns)
  const by = choices.of(names)
  const count = freeName('rows_', [by])
  const apply = (rows: readonly Row[]) =>
    groupsOf(tableOf(rows, columns), [by], types)
      .map((members) =>
        withCells({}, [
          [by, cellOf(members[0] ?? {}, by)],
          [count, members.length],
        ]),
      )
      .toSorted((a, b) => compareInSort(ownOf(types, by), cellOf(a, by), cellOf(b, by), false, 'last'))
  const query = `SELECT ${quoted(by)}, count(*) AS ${count} FROM input GROUP BY 1 ORDER BY 1`
  const after = { ...(ownOf(types, by) && { [by]: ownOf(types, by) }), [count]: 'integer' } as Columns['types']
  return [
    { use: 'table.sql', options: { query }, apply },
    { names: [by, count], types: after },
  ]
}

/** Chains of joins alone, which random chains of all steps seldom have. */
export function joinChains(table: Table): fc.Arbitrary<readonly TableStep[]> {
  const numbers = fc.array(fc.nat(999), { minLength: 8, maxLength: 8 })
  return fc.array(numbers, { minLength: 1, maxLength: 1 }).map((steps) => {
    let columns: Columns = table
    return steps.map((chosen) => {
      // A column without a value has no type in SQL.
      const joinable = columns.names.filter((name) => table.rows.some((row) => (cellOf(row, name) ?? null) !== null))
      const [made, after] = joinOf(new Choices(chosen), columns, joinable)
      columns = after
      return made
    })
  })
}

/** Keys of another table, of which some are equal to values of a column of that type. */
const keys: Readonly<Record<string, readonly unknown[]>> = {
  string: ['a', 'é', '10', '', '😀', 'b', null],
  number: [0, 1, 2.5, 10, 1e40, 0.1, 2 ** 63, 9007199254740992, null],
  integer: [0, 1, 2, 10, -1, null],
  bigint: [0n, 1n, 9007199254740993n, 2n ** 63n, -1n, null],
  decimal: ['0', '1', '2.50', '10.0', '0.000000000001', '1e1', null],
  boolean: [true, false, null],
  date: [new Date(0), new Date(-1), new Date('2026-02-28'), null],
}

function joinOf(choices: Choices, columns: Columns, joinable = columns.names): Made {
  const { names, types } = columns
  const by = choices.of(joinable.length === 0 ? names : joinable)
  const type = ownOf(types, by)
  // Big integers are equal to numbers.
  const isNumber = type === 'number' || type === 'bigint'
  const others = type === undefined ? undefined : keys[isNumber ? choices.of(['number', 'bigint']) : type]
  if (!isKnown(columns) || others === undefined) return projectionOf(choices, columns)
  const right = Array.from({ length: 1 + choices.below(6) }, (_, v) => ({ k: choices.of(others), v }))
  // Without a value, nobody knows the type of the column.
  if (right.every(({ k }) => k === null)) return projectionOf(choices, columns)
  const kind = choices.of(['JOIN', 'LEFT JOIN', 'SEMI JOIN', 'ANTI JOIN'] as const)
  const isMatch = (row: Row, k: unknown) =>
    k !== null && row[by] !== null && compareInSort(type, row[by], k, false, 'last') === 0
  const isFilter = kind === 'SEMI JOIN' || kind === 'ANTI JOIN'
  const added = freeName('v', [by])
  const apply = (rows: readonly Row[]) =>
    tableOf(rows, columns).flatMap((row) => {
      const matches = right.filter(({ k }) => isMatch(row, k))
      const made = (v: unknown) => withCells({}, [[by, row[by]], ...(isFilter ? [] : [[added, v] as const])])
      if (isFilter) return matches.length > 0 === (kind === 'SEMI JOIN') ? [made(null)] : []
      return matches.length === 0 && kind === 'LEFT JOIN' ? [made(null)] : matches.map(({ v }) => made(v))
    })
  // Nobody says that the texts of the other table are decimal numbers.
  const key = type === 'decimal' ? 'CAST(other.k AS DECIMAL(38, 12))' : 'other.k'
  const condition = `input.${quoted(by)} = ${key}`
  const query = isFilter
    ? `SELECT input.${quoted(by)} FROM input ${kind} other ON ${condition} ORDER BY input.rowid`
    : `SELECT input.${quoted(by)}, other.v AS ${added} FROM input ${kind} other ON ${condition} ORDER BY input.rowid, other.rowid`
  const options = { query, tables: { other: right } }
  const known = { [by]: type, ...(isFilter ? {} : { [added]: 'integer' }) } as Columns['types']
  return [
    { use: 'table.sql', options, apply },
    { names: isFilter ? [by] : [by, added], types: known },
  ]
}
