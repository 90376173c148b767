import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type ColumnEffects, MaestroError, type Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { alike } from '../../fuzz/alike.js'
import { forAll } from '../../fuzz/for-all.js'
import { oddNames } from '../../fuzz/odd-values.js'
import { attempted, ended } from './operator-row-cases.js'
import { fates } from './operator-run.js'
import { idsOf, type OperatorRun, type OperatorSubject } from './operator-subject.js'

/** The rules for the names of columns. */
export const operatorNameCases = {
  async 'columns with unusual names work'(subject: OperatorSubject) {
    const columns = new Set([...Object.keys(subject.columns), ...Object.keys(subject.declared.effects.adds ?? {})])
    const usual = await attempted(subject, subject.samples)
    if (usual !== undefined)
      for (const column of columns) for (const name of oddNames) await assertRenamed(subject, usual, column, name)
  },
}

/** The rules for several steps with one operator. */
export const operatorStepCases = {
  async 'two steps with this operator do not affect each other'(subject: OperatorSubject) {
    const [added] = Object.keys(subject.declared.effects.adds ?? {})
    if (added === undefined || Object.hasOwn(subject.columns, added)) return
    const variant = renamed(subject.options(), added, 'of_the_second_step') as object
    const { declared } = await subject.plan(variant, subject.columns)
    if (!isRenamed(subject.declared.effects, declared?.effects, added, 'of_the_second_step')) return
    const one = await attempted(subject, subject.samples)
    if (one === undefined) return
    const both = await subject.run(subject.samples, { second: variant })
    for (const [index, row] of one.rows.entries()) {
      const there = both.rows[index] ?? {}
      for (const column of [added, 'of_the_second_step'])
        assert.ok(
          alike(there[column], row[added], subject.tolerance),
          `${one.ids[index]}, column "${column}": beside another step it is ${there[column]}, alone ${row[added]}`,
        )
    }
  },
}

/** The rules for what an operator with declared columns reads. */
export const operatorReadsCases = {
  async 'the result depends only on the columns that it declares to read'(subject: OperatorSubject) {
    const { effects } = subject.declared
    const { reads = [], adds = {}, renames = {} } = effects
    const unread = Object.keys(subject.columns).filter((name) => !reads.includes(name) && !Object.hasOwn(renames, name))
    const added = Object.keys(adds)
    await forAll(fc.tuple(subject.tables, subject.tables), subject.fuzz, async ([rows, others]) => {
      const changed = rows.map((row, index) => ({ ...row, ...picked(others[index % others.length] ?? {}, unread) }))
      const [before, after] = [await attempted(subject, rows), await attempted(subject, changed)]
      if (before === undefined || after === undefined) return
      const [some, more] = [fates(before, idsOf(rows)), fates(after, idsOf(rows))]
      for (const [id, fate] of some) {
        const there = more.get(id)
        const what = `row ${id}: its result depends on a column that it does not declare to read (${unread.join(', ')})`
        if ('code' in fate || there === undefined || 'code' in there) {
          assert.deepEqual(there, fate, what)
          continue
        }
        assert.equal(there.rows.length, fate.rows.length, what)
        for (const [index, row] of fate.rows.entries())
          for (const column of added)
            assert.ok(
              alike(row[column], there.rows[index]?.[column], subject.tolerance),
              `${what}, in the column "${column}"`,
            )
      }
    })
  },
}

const picked = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(columns.flatMap((name) => (Object.hasOwn(row, name) ? [[name, row[name]]] : [])))

/** Runs the operator with another name for one column, if its options name the column. */
async function assertRenamed(
  subject: OperatorSubject,
  usual: OperatorRun,
  column: string,
  name: string,
): Promise<void> {
  if (Object.hasOwn(subject.columns, name)) return
  const options = renamed(subject.options(), column, name)
  if (isDeepStrictEqual(options, subject.options())) return
  const columns = Object.fromEntries(
    Object.entries(subject.columns).map(([known, type]) => [known === column ? name : known, type]),
  )
  const { declared, fault } = await subject.plan(options as object, columns)
  if (MaestroError.is(fault)) return
  assert.equal(fault, undefined, `a column called ${JSON.stringify(name)}: ${fault}`)
  if (!isRenamed(subject.declared.effects, declared?.effects, column, name)) return
  const rows = subject.samples.map((row) => renamedKeys(row, column, name))
  const run = await ended(subject, rows, { options: options as object, columns })
  assert.equal(
    run.rejects.length,
    usual.rejects.length,
    `rows are rejected if a column is called ${JSON.stringify(name)}`,
  )
  if (subject.deterministic)
    assert.deepEqual(
      run.rows.map((row) => Object.keys(row).toSorted()),
      usual.rows.map((row) => Object.keys(renamedKeys(row, column, name)).toSorted()),
      `a column called ${JSON.stringify(name)}`,
    )
}

/** Options with another name wherever the column is named. */
function renamed(value: unknown, column: string, name: string): unknown {
  if (value === column) return name
  if (Array.isArray(value)) return value.map((item) => renamed(item, column, name))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, column, name)]))
}

const renamedKeys = (row: Row, column: string, name: string): Row =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key === column ? name : key, value]))

/** Whether an operator declares the same with the new name, so that the option really names the column. */
function isRenamed(before: ColumnEffects, after: ColumnEffects | undefined, column: string, name: string): boolean {
  const names = ({ reads = [], adds = {}, drops = [], keeps = [] }: ColumnEffects) =>
    [[...reads].toSorted(), Object.keys(adds).toSorted(), [...drops].toSorted(), [...keeps].toSorted()] as const
  if (after === undefined || after.opaque === true) return false
  const expected = names(before).map((list) => list.map((known) => (known === column ? name : known)).toSorted())
  return isDeepStrictEqual(expected, names(after)) && names(before).some((list) => list.includes(column))
}
