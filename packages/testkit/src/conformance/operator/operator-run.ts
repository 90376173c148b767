import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Row, RowId } from '@maestro-dataflow/core'
import { alike, differingColumn } from '../../fuzz/alike.js'
import { idsOf, type OperatorRun, type OperatorSubject } from './operator-subject.js'

/** What became of one row: the rows that it became, or the code of the error that rejected it. */
type Fate = { readonly rows: readonly Row[] } | { readonly code: string }

/** What became of each row of the input, by its id. */
export function fates(run: OperatorRun, ids: readonly RowId[]): ReadonlyMap<RowId, Fate> {
  const all = new Map<RowId, Fate>(ids.map((id) => [id, { rows: [] }]))
  for (const { id, error } of run.rejects) all.set(parentOf(id, all), { code: error.code })
  for (const [index, id] of run.ids.entries()) {
    const parent = parentOf(id, all)
    const known = all.get(parent)
    if (known === undefined || 'rows' in known)
      all.set(parent, { rows: [...(known?.rows ?? []), run.rows[index] as Row] })
  }
  return all
}

/** The id of the row that a row comes from: those that a flatMap creates are called `parent/step/k`. */
function parentOf(id: RowId, known: ReadonlyMap<RowId, unknown>): RowId {
  return known.has(id) ? id : id.split('/').slice(0, -2).join('/')
}

/** How two runs are named in messages. */
export interface Compared {
  readonly one: string
  readonly other: string
  readonly tolerance: number
}

/** Fails at the first row that became something else in another run. */
export function assertSameFates(
  some: ReadonlyMap<RowId, Fate>,
  others: ReadonlyMap<RowId, Fate>,
  { one, other, tolerance }: Compared,
): void {
  for (const [id, fate] of some) {
    const there = others.get(id) ?? { rows: [] }
    const what = `row ${id}: ${one} it gives ${describeFate(fate)}, ${other} ${describeFate(there)}`
    if ('code' in fate || 'code' in there) {
      assert.ok('code' in fate && 'code' in there && fate.code === there.code, what)
      continue
    }
    assert.equal(fate.rows.length, there.rows.length, what)
    for (const [index, row] of fate.rows.entries())
      assertSameRow(id, row, there.rows[index] as Row, { one, other, tolerance })
  }
}

/** Fails if an operator over a whole storage gave other rows, or the same ones in another order. */
function assertSameRows(some: OperatorRun, others: OperatorRun, { one, other, tolerance }: Compared): void {
  assert.equal(
    some.rows.length,
    others.rows.length,
    `${one} it gives ${some.rows.length} rows, ${other} ${others.rows.length}`,
  )
  assert.deepEqual(some.ids, others.ids, `${one} and ${other}, the ids of the rows differ`)
  for (const [index, row] of some.rows.entries())
    assertSameRow(some.ids[index] ?? '', row, others.rows[index] as Row, { one, other, tolerance })
}

function assertSameRow(id: RowId, row: Row, there: Row, { one, other, tolerance }: Compared): void {
  if (alike(row, there, tolerance)) return
  const column = differingColumn(row, there, tolerance) ?? ''
  const [here, elsewhere] = [inspect(row[column], { depth: 3 }), inspect(there[column], { depth: 3 })]
  assert.fail(`row ${id}, column "${column}": ${one} it is ${here}, ${other} ${elsewhere}`)
}

function describeFate(fate: Fate): string {
  if ('code' in fate) return `the reject ${fate.code}`
  return fate.rows.length === 1 ? inspect(fate.rows[0], { depth: 3, maxStringLength: 200 }) : `${fate.rows.length} rows`
}

/** Fails if two runs over the same rows gave different results. */
export function assertSame(
  subject: OperatorSubject,
  rows: readonly Row[],
  some: OperatorRun,
  others: OperatorRun,
  one: string,
  other: string,
): void {
  const compared = { one, other, tolerance: subject.tolerance }
  if (subject.isWhole) assertSameRows(some, others, compared)
  else assertSameFates(fates(some, idsOf(rows)), fates(others, idsOf(rows)), compared)
}
