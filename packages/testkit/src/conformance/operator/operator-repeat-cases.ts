import assert from 'node:assert/strict'
import type { Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { forAll } from '../../fuzz/for-all.js'
import { Meeting } from '../meeting.js'
import { onAnotherDay } from '../on-another-day.js'
import { attempted } from './operator-row-cases.js'
import { assertSame, assertSameFates, fates } from './operator-run.js'
import { idsOf, type OperatorRun, type OperatorSubject, type RunSettings } from './operator-subject.js'

/** The rules for an operator whose result follows from its input. */
export const operatorRepeatCases = {
  async 'a second run returns the same result'(subject: OperatorSubject) {
    await compareAll(subject, 'in the first run', 'in the second', (rows) => again(subject, rows))
  },

  async 'a run in a new process on another day returns the same result'(subject: OperatorSubject) {
    const before = await attempted(subject, subject.samples)
    if (before === undefined) return
    const project = await subject.project()
    const restarted = await onAnotherDay(() => again(subject, subject.samples, { project }))
    assertSame(subject, subject.samples, before, restarted, 'before a restart', 'after it, on another day,')
  },

  async 'two concurrent runs do not affect each other'(subject: OperatorSubject) {
    await compareAll(subject, 'in a run of its own', 'beside another run', async (rows, others) => {
      const meeting = new Meeting()
      const gate = () => meeting.arrive()
      const other = attempted(subject, others, { gate }).finally(() => meeting.end())
      const [together] = await Promise.all([again(subject, rows, { gate }).finally(() => meeting.end()), other])
      return together
    })
  },

  async 'the result does not depend on how rows are split into batches'(subject: OperatorSubject) {
    await compareAll(subject, 'in one batch', 'in small batches', async (rows, others) => {
      const size = 1 + (others.length % 4)
      return again(subject, rows, { batch: 1 + (others.length % 3), batchSize: size })
    })
  },
}

/** The rules for an operator that processes each row for itself. */
export const operatorAloneCases = {
  async 'a row has the same result alone and among other rows'(subject: OperatorSubject) {
    await forAll(
      subject.tables,
      subject.fuzz,
      async (rows) => {
        const together = await attempted(subject, rows)
        if (together === undefined) return
        // In the opposite order and one at a time, so that nothing that is kept from one row to the next is the same.
        const alone: RunSettings = { ids: idsOf(rows).toReversed(), concurrency: 1, batch: 1, batchSize: 1 }
        assertSame(subject, rows, together, await again(subject, rows.toReversed(), alone), 'among others', 'alone')
      },
      [subject.oddRows],
    )
    const together = await attempted(subject, subject.samples)
    if (together === undefined) return
    for (const [index, row] of subject.samples.entries()) {
      const ids = idsOf(subject.samples).slice(index, index + 1)
      const own = await again(subject, [row], { ids, project: await subject.project() })
      const compared = { one: 'alone', other: 'among others', tolerance: subject.tolerance }
      assertSameFates(fates(own, ids), fates(together, idsOf(subject.samples)), compared)
    }
  },

  async 'equal rows have the same result within a run'(subject: OperatorSubject) {
    await forAll(
      subject.tables,
      subject.fuzz,
      async (rows) => {
        const ids = idsOf(rows)
        const more = ids.map((id) => `${id} again`)
        const run = await attempted(subject, [...rows, ...rows], { ids: [...ids, ...more], batchSize: 3 })
        if (run === undefined) return
        const all = fates(run, [...ids, ...more])
        const of = (names: readonly string[]) =>
          new Map(ids.map((id, index) => [id, all.get(names[index] ?? '') ?? { rows: [] }]))
        const compared = { one: 'the first time', other: 'the second time', tolerance: subject.tolerance }
        assertSameFates(of(ids), of(more), compared)
      },
      [subject.oddRows],
    )
  },
}

/** Compares a usual run of many tables with another one. A table with which the usual run fails is left out. */
async function compareAll(
  subject: OperatorSubject,
  one: string,
  other: string,
  run: (rows: readonly Row[], others: readonly Row[]) => Promise<OperatorRun>,
): Promise<void> {
  await forAll(
    fc.tuple(subject.tables, subject.tables),
    subject.fuzz,
    async ([rows, others]) => {
      const usual = await attempted(subject, rows, { batchSize: 64 })
      if (usual !== undefined) assertSame(subject, rows, usual, await run(rows, others), one, other)
    },
    [[subject.oddRows, subject.samples] as const],
  )
}

/** Runs over rows with which a run has ended well before. */
async function again(subject: OperatorSubject, rows: readonly Row[], settings: RunSettings = {}): Promise<OperatorRun> {
  const run = await attempted(subject, rows, settings)
  assert.ok(run !== undefined, 'a run over the same rows fails')
  return run
}
