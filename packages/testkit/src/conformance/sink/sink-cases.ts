import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { MaestroError, type Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { describeFailure, forAll } from '../../fuzz/for-all.js'
import { oddRows } from '../../fuzz/odd-rows.js'
import { largeText } from '../../fuzz/odd-values.js'
import { columnsOf } from '../../fuzz/row-arbitrary.js'
import { deepFreeze } from '../deep-freeze.js'
import { growthOf } from '../growth.js'
import { Meeting } from '../meeting.js'
import { watch, within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { processChangesOf } from '../process-changes.js'
import { parsed } from '../storage-place.js'
import { batchesOf, type SinkPlace, type SinkSubject, withValues } from './sink-subject.js'

/** More rows than a page, a statement with bound values, or a buffer usually holds. */
const manyRows = 2500

/** The rules for every sink, as far as they need no look at the target. */
export const sinkCases = {
  async 'accepts valid options and names the same target each time'(subject: SinkSubject) {
    const { sink, place, suite } = subject
    const options = deepFreeze(await parsed(sink.options, subject.fresh().given))
    const context = { directory: place.directory, allowOutside: false }
    const target = { columns: { columns: columnsOf(suite.rows), open: false }, overwrite: false }
    assert.deepEqual((await sink.check?.(options, { ...context, ...target })) ?? [], [])
    const named = sink.target?.(options, context)
    assert.ok(named === undefined || typeof named === 'string', 'target() gives something that is not a text')
    assert.equal(sink.target?.(options, context), named, 'target() gives another text for the same options')
    const other = await parsed(sink.options, subject.fresh().given)
    if (named !== undefined)
      assert.notEqual(sink.target?.(other, context), named, 'target() gives one text for two targets')
  },

  async 'reports how many rows it wrote, and where'(subject: SinkSubject) {
    for (const rows of [subject.suite.rows, subject.suite.rows.slice(0, 1), []]) {
      const writer = await subject.fresh().open()
      for (const batch of batchesOf(rows, 2)) await writer.write(batch)
      const refused = (await writer.refused?.(true)) ?? []
      if (writer.rowsWritten !== undefined)
        assert.equal(writer.rowsWritten, rows.length - refused.length, 'rowsWritten before the commit')
      const result = await within(subject.patience, 'the commit', writer.commit())
      assert.equal(result?.rows, rows.length - refused.length, `the rows that commit() returns for ${rows.length} rows`)
      assert.ok(
        typeof result.location === 'string' && result.location !== '',
        'commit() does not say where the rows are',
      )
    }
  },

  async 'a run writes to it without an error'(subject: SinkSubject) {
    const report = await withoutPrinting(() =>
      subject.run(subject.fresh(), subject.suite.rows).catch((error: unknown) => assert.fail(describeFailure(error))),
    )
    const [first] = report.rejects
    assert.equal(report.counts.rejected, 0, `rows are rejected: ${first?.code} ${first?.message}`)
  },

  async 'it does not change the rows that it receives'(subject: SinkSubject) {
    const rows = subject.suite.rows.map((row) => structuredClone(row))
    await subject.write(subject.fresh(), deepFreeze(rows))
    assert.deepEqual(rows, subject.suite.rows)
  },

  async 'can be abandoned at any moment'(subject: SinkSubject) {
    const { rows } = subject.suite
    const before = await subject.place.files()
    const opened = await subject.fresh().open()
    await within(subject.patience, 'abort() without a row', opened.abort())
    const writer = await subject.fresh().open()
    for (const batch of batchesOf(rows, 1)) await writer.write(batch)
    await within(subject.patience, 'abort() after rows', writer.abort())
    await within(subject.patience, 'a second abort()', writer.abort())
    assert.deepEqual(await subject.place.files(), before, 'files that are left behind')
  },

  async 'a run stops when its signal fires'(subject: SinkSubject) {
    const stop = new AbortController()
    const writing = async () => {
      const writer = await subject.fresh().open({ signal: stop.signal })
      stop.abort()
      try {
        for (const batch of batchesOf(subject.suite.rows, 1)) await writer.write(batch)
      } finally {
        await writer.abort()
      }
    }
    await within(subject.patience, 'a write after its signal has fired', watch(writing()).outcome)
  },

  async 'frees its resources'(subject: SinkSubject) {
    const written = await growthOf(() => subject.write(subject.fresh(), subject.suite.rows))
    assert.deepEqual(written, [], 'what each committed write leaves behind')
    const left = await growthOf(async () => {
      const writer = await subject.fresh().open()
      for (const batch of batchesOf(subject.suite.rows, 1)) await writer.write(batch)
      await writer.abort()
    })
    assert.deepEqual(left, [], 'what each aborted write leaves behind')
    const { signal } = new AbortController()
    const writer = await subject.fresh().open({ signal })
    for (const batch of batchesOf(subject.suite.rows, 1)) await writer.write(batch)
    await writer.commit()
    assert.equal(getEventListeners(signal, 'abort').length, 0, 'each write leaves a listener on its signal')
  },

  async 'changes nothing else in the process'(subject: SinkSubject) {
    const work = async () => {
      await subject.run(subject.fresh(), subject.suite.rows)
      const writer = await subject.fresh().open()
      for (const batch of batchesOf(subject.suite.rows, 1)) await writer.write(batch)
      await writer.abort()
    }
    assert.deepEqual(await processChangesOf(() => withoutPrinting(work), subject.environment), [])
  },

  async 'values of all kinds are written, or refused with a typed error that names the row'(subject: SinkSubject) {
    const check = async (rows: readonly Row[]) => {
      const place = subject.fresh()
      const report = await subject.run(place, rows).catch((error: unknown) => {
        if (MaestroError.is(error, 'MAESTRO_RUN_ALL_FAILED')) return undefined
        return assert.fail(describeFailure(error))
      })
      for (const { code, message } of report?.rejects ?? [])
        assert.notEqual(code, 'MAESTRO_STEP_FAILED', `a row is refused with an error that is not typed: ${message}`)
    }
    const [sample = {}] = subject.suite.rows
    const columns = columnsOf(subject.suite.rows)
    const odd = oddRows(columns, sample)
    const text = Object.keys(columns).find((name) => columns[name] === 'string')
    const large = text === undefined ? [] : [[{ ...sample, [text]: largeText }]]
    await forAll(
      fc.array(subject.tables, { minLength: 1, maxLength: 5 }),
      { ...subject.suite, examples: subject.suite.examples ?? 5 },
      check,
      [odd, ...large],
    )
  },
}

/** The rules for what is visible at the target. */
export const sinkVisibleCases = {
  async 'the written rows are visible after the commit, in order'(subject: SinkSubject) {
    for (const size of [1, 2, subject.suite.rows.length]) {
      const place = subject.fresh()
      await subject.write(place, subject.suite.rows, size)
      await assertVisible(subject, place, subject.suite.rows, `written in batches of ${size}`)
    }
  },

  async 'many rows are visible after the commit, in order'(subject: SinkSubject) {
    const { rows } = subject.suite
    const [key] = Object.entries(columnsOf(rows)).find(([, type]) => type === 'integer') ?? []
    // Rows that differ in their number alone, so that a key of the target holds.
    const many = Array.from({ length: manyRows }, (_, at): Row => {
      const row = structuredClone(rows[at % rows.length]) as Row
      return key === undefined ? row : { ...row, [key]: at }
    })
    for (const size of [manyRows, 7]) {
      const place = subject.fresh()
      await subject.write(place, many, size)
      await assertVisible(subject, place, many, `${manyRows} written in batches of ${size}`)
    }
  },

  async 'nothing is visible before the commit'(subject: SinkSubject) {
    const place = subject.fresh()
    const writer = await place.open()
    for (const batch of batchesOf(subject.suite.rows, 1)) await writer.write(batch)
    await assertVisible(subject, place, [], 'before the commit')
    await writer.commit()
    await assertVisible(subject, place, subject.suite.rows, 'after the commit')
  },

  async 'an aborted write does not change the target'(subject: SinkSubject) {
    const fresh = subject.fresh()
    const first = await fresh.open()
    for (const batch of batchesOf(subject.suite.rows, 1)) await first.write(batch)
    await first.abort()
    await assertVisible(subject, fresh, [], 'after an aborted write to a new target')
    const place = subject.fresh()
    await subject.write(place, subject.suite.rows)
    const opened = await watch(place.open()).outcome
    if ('error' in opened) return
    for (const batch of batchesOf(subject.suite.rows.slice(0, 1), 1))
      await watch(Promise.resolve(opened.value.write(batch))).outcome
    await opened.value.abort()
    await assertVisible(subject, place, subject.suite.rows, 'after an aborted write to an existing target')
  },

  async 'a failed run does not change the target'(subject: SinkSubject) {
    const place = subject.fresh()
    await watch(subject.run(place, subject.suite.rows, true)).outcome
    await assertVisible(subject, place, [], 'after a failed run')
    await subject.run(place, subject.suite.rows)
    await assertVisible(subject, place, subject.suite.rows, 'after a run that follows')
  },

  async 'two concurrent writes do not mix'(subject: SinkSubject) {
    const { rows } = subject.suite
    const [one, other] = [subject.fresh(), subject.fresh()]
    const meeting = new Meeting()
    const write = async (place: SinkPlace, part: readonly Row[]) => {
      try {
        const writer = await place.open()
        for (const batch of batchesOf(part, 1)) {
          await meeting.arrive()
          await writer.write(batch)
        }
        await meeting.arrive()
        await writer.commit()
      } finally {
        meeting.end()
      }
    }
    await Promise.all([write(one, rows), write(other, rows.toReversed())])
    await assertVisible(subject, one, rows, 'beside another write')
    await assertVisible(subject, other, rows.toReversed(), 'beside another write')
  },

  async 'values of all kinds are read back'(subject: SinkSubject) {
    const check = async (rows: readonly Row[]) => {
      const place = subject.fresh()
      const report = await subject.run(place, rows).catch(() => undefined)
      if (report === undefined) return
      const visible = await place.visible()
      assert.equal(
        visible.length,
        rows.length - report.counts.rejected,
        `${visible.length} rows come back of ${rows.length}, of which ${report.counts.rejected} were refused`,
      )
      if (report.counts.rejected === 0) await assertVisible(subject, place, rows, 'of all kinds')
    }
    const [sample = {}] = subject.suite.rows
    const odd = oddRows(columnsOf(subject.suite.rows), sample)
    await forAll(
      fc.array(subject.tables, { minLength: 1, maxLength: 5 }),
      { ...subject.suite, examples: subject.suite.examples ?? 5 },
      check,
      [odd],
    )
  },

  async 'lines that a table engine writes become its rows'(subject: SinkSubject) {
    const place = subject.fresh()
    const writer = await place.open()
    const { jsonLines } = writer
    if (jsonLines === undefined) return await writer.abort()
    const { writeFile } = await import('node:fs/promises')
    const plain = subject.suite.rows.map((row) => JSON.parse(JSON.stringify(row)))
    await writeFile(jsonLines.path, plain.map((row) => `${JSON.stringify(row)}\n`).join(''))
    jsonLines.written(plain.length)
    assert.equal((await writer.commit()).rows, plain.length, 'the rows that commit() returns')
    await assertVisible(subject, place, plain, 'written as lines')
  },
}

/** The rule for a target that cannot be written. */
export const sinkUnwritableCases = {
  async 'a target that cannot be written causes a typed error'(subject: SinkSubject) {
    const { suite, place } = subject
    const { unwritable = {} } = suite
    const given = typeof unwritable === 'function' ? await unwritable(place.directory) : unwritable
    const outcome = await watch(subject.run({ ...subject.fresh(), given }, suite.rows)).outcome
    assert.ok('error' in outcome, 'a run that cannot write its rows ends as if it had')
    const { error } = outcome
    assert.ok(MaestroError.is(error) && !/TypeError|^E[A-Z]+: /.test(error.message), `the error is not typed: ${error}`)
    assert.ok((error.hint ?? '').trim() !== '', 'the error has no hint')
  },
}

/** Checks what is visible at a place. */
export async function assertVisible(
  subject: SinkSubject,
  place: SinkPlace,
  rows: readonly Row[],
  when: string,
): Promise<void> {
  const visible = await place.visible()
  assert.equal(visible.length, rows.length, `${visible.length} rows are visible ${when}, not ${rows.length}`)
  for (const [index, row] of rows.entries())
    assert.deepEqual(withValues(visible[index] ?? {}), subject.back(row), `row ${index + 1}, ${when}`)
}
