import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { SourceBatch } from '@maestro-dataflow/core'
import { growthOf } from '../growth.js'
import { within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { processChangesOf } from '../process-changes.js'
import { assertSameTable } from './assert-same-table.js'
import type { SourceSubject } from './source-subject.js'

/** The places at which reading is continued, of a source with many batches. */
const mostPlaces = 12

/** The rules that a resumed run relies on: where reading goes on, and whether the content is the same. */
export const sourceContinuationCases = {
  async 'reading continues behind each cursor with the same rows and ids'(subject: SourceSubject) {
    const all = await subject.read()
    const places = all.batches.flatMap(({ cursor }, index) => (cursor === undefined ? [] : [{ cursor, index }]))
    const step = Math.max(1, Math.ceil(places.length / mostPlaces))
    for (const { cursor, index } of places.filter((_, place) => place % step === 0 || place === places.length - 1)) {
      // A run stores the cursor between two processes.
      const stored = JSON.parse(JSON.stringify(cursor))
      const rest = await subject.read(await subject.openReader(), undefined, stored)
      const before = all.batches.slice(0, index + 1)
      const read = before.reduce((sum, { ids }) => sum + ids.length, 0)
      const expected = { ids: all.ids.slice(read), rows: all.rows.slice(read) }
      assertSameTable(expected, rest, 'in one go', `behind the cursor of batch ${index + 1}`)
      assert.deepEqual(
        rejectedIds(rest.batches),
        rejectedIds(all.batches.slice(index + 1)),
        `the records that are rejected behind the cursor of batch ${index + 1}`,
      )
    }
  },

  async 'identifies the same content in the same way each time'(subject: SourceSubject) {
    for (const isFull of [false, true]) {
      const reader = await subject.openReader()
      const identity = await reader.identity?.(isFull)
      if (identity === undefined) return
      for (const [part, text] of Object.entries(identity))
        assert.equal(typeof text, 'string', `the identity of "${part}" is not a text`)
      await subject.read()
      const again = await (await subject.openReader()).identity?.(isFull)
      assert.deepEqual(again, identity, 'another identity, although nothing has changed')
    }
  },

  async 'each record is either a row or a reject'(subject: SourceSubject) {
    const { batches, ids } = await subject.read()
    const known = new Set(ids)
    for (const { rows, rejects = [] } of batches)
      for (const { id, error, after = 0 } of rejects) {
        assert.equal(typeof id, 'string', 'the id of a rejected record is not a text')
        assert.ok(
          Number.isInteger(after) && after >= 0 && after <= rows.length,
          `the record ${id} is rejected after ${after} rows of a batch of ${rows.length}`,
        )
        // The second record with a key has the key of the first one.
        if (!/DUPLICATE/.test(error.code)) assert.ok(!known.has(id), `the record ${id} is rejected, and a row as well`)
      }
  },

  async 'frees its resources, also without being read'(subject: SourceSubject) {
    const opened = await growthOf(async () => {
      const reader = await within(subject.patience, 'opening', subject.openReader())
      void reader.rowCount
    })
    assert.deepEqual(opened, [], 'what opening leaves behind')
    const { signal } = new AbortController()
    const reading = async () => void (await subject.read(await subject.openReader(signal)))
    await reading()
    const files = await subject.place.files()
    const read = await growthOf(reading)
    assert.deepEqual(read, [], 'what each read leaves behind')
    assert.deepEqual(await subject.place.files(), files, 'files that each read leaves in the project')
    assert.equal(getEventListeners(signal, 'abort').length, 0, 'each read leaves a listener on its signal')
  },

  async 'changes nothing else in the process'(subject: SourceSubject) {
    const changes = await processChangesOf(() => withoutPrinting(() => subject.run()), subject.environment)
    assert.deepEqual(changes, [])
  },
}

function rejectedIds(batches: readonly SourceBatch[]): readonly string[] {
  return batches.flatMap(({ rejects = [] }) => rejects.map(({ id }) => id))
}
