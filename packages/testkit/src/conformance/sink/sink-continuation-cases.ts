import assert from 'node:assert/strict'
import { MaestroError, type Row, type SinkReceipt } from '@maestro-dataflow/core'
import { watch } from '../outcomes.js'
import { assertVisible } from './sink-cases.js'
import { batchesOf, type OpenSettings, type SinkPlace, type SinkSubject, withValues } from './sink-subject.js'

const receipt: SinkReceipt = { run: 'testkit', sink: 'tested', fingerprint: 'the same rows' }

/** The rules that a resumed run and an incremental run rely on, for sinks that can do more than write from the start. */
export const sinkContinuationCases = {
  async 'a writer goes on behind its checkpoint, and no row is lost or written twice'(subject: SinkSubject) {
    const { rows } = subject.suite
    const place = subject.fresh()
    const run = await subject.place.context()
    const left = await suspended(place, rows, { run, receipt })
    if (left === undefined) return
    if (!left.isSettled) await assertVisible(subject, place, [], 'after a checkpoint, before the commit')
    const writer = await place.open({ run, receipt, continues: { state: left.state, isShared: false } })
    for (const batch of batchesOf(rows.slice(1), 1)) await writer.write(batch)
    const result = await writer.commit()
    assert.equal(result.rows, rows.length, 'the rows that commit() returns, with those before the checkpoint')
    await assertVisible(subject, place, rows, 'when a second writer has gone on behind the checkpoint of the first')
  },

  async 'a writer that went on behind a checkpoint can be abandoned'(subject: SinkSubject) {
    const { rows } = subject.suite
    const place = subject.fresh()
    const run = await subject.place.context()
    const left = await suspended(place, rows, { run, receipt })
    if (left === undefined || left.isSettled) return
    const continues = { state: left.state, isShared: false }
    const writer = await place.open({ run, receipt, continues })
    for (const batch of batchesOf(rows.slice(1), 1)) await writer.write(batch)
    await writer.abort()
    await assertVisible(subject, place, [], 'after the second writer was aborted')
    const { outcome } = watch(place.open({ run, receipt, continues }))
    const gone = await outcome
    if ('value' in gone) await gone.value.abort()
    assert.ok(
      'error' in gone && MaestroError.is(gone.error, 'MAESTRO_RUN_OUTPUT_LOST'),
      'open() goes on behind a checkpoint whose rows abort() has removed, instead of MAESTRO_RUN_OUTPUT_LOST',
    )
  },

  async 'a receipt tells which commit has ended'(subject: SinkSubject) {
    const { sink, suite, place: project } = subject
    const place = subject.fresh()
    const writer = await place.open({ receipt })
    if (writer.keepsReceipt !== true) return await writer.abort()
    assert.ok(sink.findReceipt !== undefined, 'its writers keep receipts, and it has no findReceipt()')
    const options = await place.options()
    const find = async (name: typeof receipt) => sink.findReceipt?.(options, await project.context(), name)
    for (const batch of batchesOf(suite.rows, 2)) await writer.write(batch)
    assert.equal(await find(receipt), undefined, 'findReceipt() finds a commit that has not begun')
    const result = await writer.commit()
    const found = await find(receipt)
    assert.equal(found?.fingerprint, receipt.fingerprint, 'findReceipt() does not find the commit')
    assert.equal(found.result.rows, result.rows, 'the rows of the commit that findReceipt() found')
    for (const other of [
      { ...receipt, run: 'another' },
      { ...receipt, sink: 'another' },
    ])
      assert.equal(await find(other), undefined, 'findReceipt() finds the commit of another run or sink')
    const again = await watch(commitAgain(place, suite.rows)).outcome
    assert.ok('error' in again, 'a second commit under the name of the first succeeds')
    await assertVisible(subject, place, suite.rows, 'after a second commit under the same name')
  },

  async 'what the target holds is known to an incremental run'(subject: SinkSubject) {
    const { sink, suite, place: project } = subject
    const place = subject.fresh()
    const options = await place.options()
    const output = async () => sink.mergeable?.(options, await project.context())
    const before = await output()
    if (before === undefined) return
    assert.equal(before.exists, false, 'mergeable() says that there is an output before the first write')
    await subject.write(place, suite.rows)
    const after = await output()
    assert.equal(after?.exists, true, 'mergeable() does not find the output')
    if (after.rows !== undefined) await assertHeld(subject, after.rows())
    const [key] = after.key ?? []
    if (key === undefined) return
    const writer = await place.open()
    const [first] = suite.rows
    await writer.removeRows?.([key], (row) => row[key] === first?.[key])
    await writer.commit()
    const rest = suite.rows.filter((row) => row[key] !== first?.[key])
    await assertVisible(subject, place, rest, 'after removeRows() and the commit')
  },
}

async function assertHeld(subject: SinkSubject, held: AsyncIterable<{ readonly rows: readonly Row[] }>) {
  const rows: Row[] = []
  for await (const batch of held) rows.push(...batch.rows)
  assert.deepEqual(
    rows.map((row) => withValues(row)),
    subject.suite.rows.map((row) => subject.back(row)),
    'the rows of mergeable() are not those that were written',
  )
}

async function commitAgain(place: SinkPlace, rows: readonly Row[]): Promise<void> {
  const writer = await place.open({ receipt })
  try {
    for (const batch of batchesOf(rows, 2)) await writer.write(batch)
    await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/**
 * Leaves a writer as a crash does: one row is behind its checkpoint, and another one was written after it. Undefined if
 * the writer has no checkpoints.
 */
async function suspended(place: SinkPlace, rows: readonly Row[], settings: OpenSettings) {
  const writer = await place.open(settings)
  const [one, two] = batchesOf(rows, 1)
  if (writer.checkpoint === undefined || one === undefined) return void (await writer.abort())
  await writer.write(one)
  const point = await writer.checkpoint()
  if (point === undefined) return void (await writer.abort())
  const state: unknown = JSON.parse(JSON.stringify(point.state))
  await point.settle?.()
  if (two !== undefined) await writer.write(two)
  await writer.suspend?.()
  return { state, isSettled: point.settle !== undefined }
}
