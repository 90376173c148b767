import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import {
  decodeStepLine,
  encodeStepLine,
  hasType,
  type MaestroError,
  type Row,
  type RowId,
} from '@maestro-dataflow/core'
import { describeFailure } from '../../fuzz/for-all.js'
import { someTurns } from '../outcomes.js'
import type { OperatorRun, OperatorSubject } from './operator-subject.js'

/** The codes of errors that an operator does not throw itself: the runner makes them of anything else. */
const untyped = ['MAESTRO_STEP_FAILED', 'MAESTRO_STEP_RESULT']

/** Checks what the runner leaves open: how rows are rejected, whether rows can be stored, and what a whole table becomes. */
export async function assertDeclared(
  subject: OperatorSubject,
  rows: readonly Row[],
  ids: readonly RowId[],
  run: OperatorRun,
): Promise<void> {
  const given = new Map(ids.map((id, index) => [id, rows[index] as Row]))
  for (const { id, error } of run.rejects) assertTyped(id, error)
  assert.equal(new Set(run.ids).size, run.ids.length, 'two of its rows have the same id')
  await assertStorable(run)
  await assertFinal(run)
  if (subject.isWhole) await assertWhole(subject, given, run)
}

function assertTyped(id: RowId, error: MaestroError): void {
  assert.ok(
    !untyped.includes(error.code),
    `row ${id} is rejected with an error that is not typed, which is a fault of the operator: ${describeFailure(error)}. ` +
      'Handle the value, or throw an error that is defined with defineErrors',
  )
  assert.ok(error.message.trim() !== '', `row ${id} is rejected without a message`)
}

/** What an operator has returned is read at once, so a later change of it is lost. */
async function assertFinal({ watched: { returned } }: OperatorRun): Promise<void> {
  await someTurns()
  for (const [row, cells] of returned)
    for (const [column, value] of Object.entries(cells))
      assert.ok(
        Object.is(Reflect.get(row, column), value),
        `it changes the column "${column}" of a row that it has already returned`,
      )
}

/** Between two stages, rows are stored in files. The first rows of many are enough to know. */
async function assertStorable({ ids, rows }: OperatorRun): Promise<void> {
  for (const [index, id] of ids.slice(0, 1000).entries()) {
    const row = rows[index] as Row
    const stored = decodeStepLine(encodeStepLine(id, row)).row
    const column = Object.keys(row).find((name) => !isDeepStrictEqual(stored[name], row[name]))
    assert.ok(
      column === undefined,
      `row ${id}, column "${column}": the value changes when the row is stored between two stages`,
    )
  }
}

/** What the runner cannot check row by row for an operator that sees all of them. */
async function assertWhole(subject: OperatorSubject, given: ReadonlyMap<RowId, Row>, run: OperatorRun): Promise<void> {
  const { columnFault } = await import('@maestro-dataflow/core/runtime')
  const { effects, before } = run.watched.declared ?? plannedOf(run) ?? subject.declared
  const rejected = new Set(run.rejects.map(({ id }) => id))
  assertTold(given, run, rejected)
  for (const [index, id] of run.ids.entries()) {
    const row = run.rows[index] as Row
    assert.ok(!rejected.has(id), `row ${id} is rejected, and returned all the same`)
    const source = given.get(id)
    const fault = source === undefined ? undefined : columnFault(source, row, effects)
    assert.ok(fault === undefined, `row ${id}: it ${fault?.text}`)
    if (effects.opaque === true) continue
    const known = { ...before.columns, ...effects.adds }
    for (const [column, value] of Object.entries(row)) {
      assert.ok(
        hasType(value, known[column] ?? 'unknown'),
        `row ${id}, column "${column}": not a value of ${known[column]}`,
      )
      if (source !== undefined || value === undefined || effects.renames !== undefined) continue
      const isKnown = Object.hasOwn(known, column) || [...given.values()].some((one) => Object.hasOwn(one, column))
      assert.ok(isKnown, `row ${id}: a column "${column}" that it does not declare`)
    }
    for (const column of Object.keys(effects.adds ?? {}))
      assert.ok(Object.hasOwn(row, column), `row ${id}: without the column "${column}", which it declares to add`)
  }
}

/** An operator that gives some of its rows back must say of the others what became of them. */
function assertTold(given: ReadonlyMap<RowId, Row>, run: OperatorRun, rejected: ReadonlySet<RowId>): void {
  const { told } = run.watched
  if (told === undefined || run.ids.some((id) => !given.has(id))) return
  const returned = new Set(run.ids)
  const lost = [...given.keys()].find((id) => !returned.has(id) && !rejected.has(id) && !told.has(id))
  assert.ok(
    lost === undefined,
    `row ${lost} is lost: it is neither returned nor rejected, and the operator does not say that it dropped or merged it`,
  )
}

function plannedOf({ planned }: OperatorRun) {
  return planned === undefined ? undefined : { effects: planned.effects, before: planned.columnsIn }
}
