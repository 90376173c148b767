import assert from 'node:assert/strict'
import { MaestroError, type Row } from '@maestro-dataflow/core'
import { describeFailure, forAll } from '../../fuzz/for-all.js'
import { largeText } from '../../fuzz/odd-values.js'
import { watch } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { assertDeclared } from './assert-declared.js'
import { assertSame } from './operator-run.js'
import { idsOf, type OperatorSubject, type RunSettings } from './operator-subject.js'

/** How often the sample rows come in one run, where many rows must not make a difference. */
const repeats = 40

/** The rules for what an operator makes of rows, whatever they hold. */
export const operatorRowCases = {
  async 'it processes the sample rows'(subject: OperatorSubject) {
    const { rejects } = await withoutPrinting(() => ended(subject, subject.samples))
    const [first] = rejects
    assert.ok(first === undefined, `row ${first?.id} is rejected: ${describeFailure(first?.error)}`)
  },

  async 'it accepts an empty input'(subject: OperatorSubject) {
    const { rejects } = await ended(subject, [])
    assert.deepEqual(rejects, [], 'there are rejects without a row')
  },

  async 'values of all kinds are processed as declared, or rejected with a typed error'(subject: OperatorSubject) {
    const { oddRows } = subject
    const together = subject.isWhole ? undefined : await watch(ended(subject, oddRows)).outcome
    // One run is enough as long as nothing is wrong. Then, each row alone shows which one it is.
    const first = together !== undefined && 'error' in together ? [...oddRows.map((row) => [row]), oddRows] : []
    if (subject.isWhole) first.push(oddRows)
    await forAll(subject.tables, subject.fuzz, async (rows) => void (await ended(subject, rows)), first)
  },

  async 'it does not change the rows that it receives'(subject: OperatorSubject) {
    await forAll(
      subject.tables,
      subject.fuzz,
      async (rows) => {
        const usual = await attempted(subject, rows)
        if (usual === undefined) return
        const frozen = await subject.run(rows, { freeze: true }).catch((error: unknown) => error as MaestroError)
        const failures = 'rejects' in frozen ? frozen.rejects : [{ id: '', error: frozen }]
        for (const { id, error } of failures)
          assert.doesNotMatch(
            error.message,
            changesFrozen,
            `row ${id}: it changes what it was given: ${describeFailure(error)}`,
          )
        if (subject.deterministic && 'rejects' in frozen)
          assertSame(subject, rows, usual, frozen, 'usually', 'with a row that cannot be changed')
      },
      [subject.oddRows],
    )
  },

  async 'it processes a large cell or rejects the row with a typed error'(subject: OperatorSubject) {
    for (const column of textColumns(subject)) await ended(subject, [{ ...subject.samples[0], [column]: largeText }])
  },

  async 'it accepts the same rows several times'(subject: OperatorSubject) {
    const many = Array.from({ length: repeats }, () => subject.samples).flat()
    const [few, run] = [await attempted(subject, subject.samples), await attempted(subject, many)]
    if (few === undefined || few.rejects.length > 0) return
    assert.ok(run !== undefined, 'a run over the same rows many times fails')
    const [first] = run.rejects
    assert.ok(first === undefined, `row ${first?.id} of ${many.length} is rejected: ${describeFailure(first?.error)}`)
    if (!subject.deterministic || subject.isWhole) return
    const expected = few.rows.length * repeats
    assert.equal(
      run.rows.length,
      expected,
      `what becomes of ${many.length} rows, ${repeats} times those that become ${few.rows.length}`,
    )
  },
}

/** Runs the operator, and checks what every run must hold. */
export async function ended(subject: OperatorSubject, rows: readonly Row[], settings: RunSettings = {}) {
  const { ids = idsOf(rows) } = settings
  const run = await subject.run(rows, { ...settings, ids }).catch((error: unknown) => {
    if (MaestroError.is(error)) assert.fail(`the run ended: ${describeFailure(error)}`)
    throw error
  })
  await assertDeclared(subject, rows, ids, run)
  return run
}

/** How engines name a change of an object that cannot be changed. */
const changesFrozen = /read.only|not extensible|Cannot (?:assign|add|delete|define|redefine)/

/** The same, for rules that compare runs: a run that fails is the business of another rule. */
export async function attempted(subject: OperatorSubject, rows: readonly Row[], settings: RunSettings = {}) {
  try {
    return await subject.run(rows, settings)
  } catch (error) {
    if (MaestroError.is(error)) return undefined
    throw error
  }
}

function textColumns({ columns }: OperatorSubject): readonly string[] {
  return Object.keys(columns).filter((name) => columns[name] === 'string')
}
