import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import {
  columnTypes,
  decodeStepLine,
  encodeStepLine,
  MaestroError,
  type ParquetFileColumn,
} from '@maestro-dataflow/core'
import { describeFailure } from '../../fuzz/for-all.js'
import { deepFreeze } from '../deep-freeze.js'
import { growthOf } from '../growth.js'
import { Meeting } from '../meeting.js'
import { watch, within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { assertSameTable } from './assert-same-table.js'
import type { SourceSubject } from './source-subject.js'

/** The rules for every source. */
export const sourceCases = {
  async 'its options determine its columns, which do not change between calls'(subject: SourceSubject) {
    const { source, place } = subject
    const options = deepFreeze(await subject.options())
    const { columns, open } = source.columns(options)
    assert.equal(typeof open, 'boolean', 'columns() does not say whether rows may have further columns')
    for (const [column, type] of Object.entries(columns))
      assert.ok(columnTypes.includes(type), `the type of the column "${column}" is ${type}`)
    assert.deepEqual(source.columns(options), { columns, open }, 'it declares other columns for the same options')
    const context = await place.context()
    const stated = await source.describeColumns?.(options, context)
    for (const column of Object.keys(stated === undefined ? {} : columns))
      assert.ok(Object.hasOwn(stated?.columns ?? {}, column), `describeColumns() leaves out the column "${column}"`)
    assert.deepEqual(
      await source.check?.(options, context),
      source.check && [],
      'check() finds faults in options that are right',
    )
  },

  async 'a run reads it without an error'(subject: SourceSubject) {
    const { rejects = 0 } = subject.suite
    const run = await withoutPrinting(() =>
      subject.run().catch((error: unknown) => assert.fail(`the run ended: ${describeFailure(error)}`)),
    )
    const [first] = run.report.rejects
    assert.equal(run.report.counts.rejected, rejects, `rows are rejected: ${first?.code} ${first?.message}`)
  },

  async 'each read returns the same rows and ids'(subject: SourceSubject) {
    const first = await subject.read()
    assertSameTable(first, await subject.read(), 'the first time', 'the second time')
  },

  async 'two concurrent reads do not affect each other'(subject: SourceSubject) {
    const alone = await subject.read()
    const meeting = new Meeting()
    const readers = [await subject.openReader(), await subject.openReader()]
    const reads = readers.map((reader) => subject.read(reader, () => meeting.arrive()).finally(() => meeting.end()))
    const [one = alone, other = alone] = await Promise.all(reads)
    assertSameTable(alone, one, 'alone', 'beside another read')
    assertSameTable(alone, other, 'alone', 'beside another read')
  },

  async 'it does not change a row after it has returned it'(subject: SourceSubject) {
    const { given, rows, ids, batches } = await subject.read()
    for (const [index, row] of rows.entries())
      assert.ok(isDeepStrictEqual(given[index], row), `row ${ids[index]} changes when later rows are read`)
    assert.equal(new Set(given).size, given.length, 'one object is given for several rows')
    const last = batches.flatMap((batch) => batch.ids)
    assert.deepEqual(last, ids, 'a batch changes when later batches are read')
  },

  async 'its rows can be stored between two stages'(subject: SourceSubject) {
    const { ids, rows } = await subject.read()
    for (const [index, row] of rows.entries()) {
      const stored = decodeStepLine(encodeStepLine(ids[index] ?? '', row)).row
      const column = Object.keys(row).find((known) => !isDeepStrictEqual(row[known], stored[known]))
      assert.ok(column === undefined, `row ${ids[index]}, column "${column}": the value cannot be stored`)
    }
  },

  async 'a limited run receives the first rows'(subject: SourceSubject) {
    const { rows } = await subject.read()
    const limit = Math.ceil(rows.length / 2)
    if (limit === 0) return
    const run = await subject.run(limit)
    assert.deepEqual(run.rows, rows.slice(0, limit))
  },

  async 'reports sizes and progress as numbers'(subject: SourceSubject) {
    const reader = await subject.openReader()
    const { rowCount } = reader
    if (rowCount !== undefined) assert.ok(Number.isInteger(rowCount) && rowCount >= 0, `rowCount is ${rowCount}`)
    let last = 0
    for await (const { bytes, rejects = [] } of reader.read()) {
      if (bytes !== undefined) assert.ok(Number.isFinite(bytes) && bytes >= 0, `the bytes of a batch are ${bytes}`)
      for (const { error } of rejects)
        assert.ok(MaestroError.is(error), `a record is rejected with an error that is not typed: ${error}`)
      const progress = reader.progress?.()
      if (progress === undefined) continue
      const { bytesRead, bytesTotal } = progress
      assert.ok(
        bytesRead >= last && bytesRead <= bytesTotal,
        `${bytesRead} of ${bytesTotal} bytes are read after ${last}`,
      )
      last = bytesRead
    }
  },

  async 'lines that a table engine may read are its rows'(subject: SourceSubject) {
    const { jsonLines } = await subject.openReader()
    if (jsonLines === undefined) return
    const { readFile } = await import('node:fs/promises')
    const { ids, rows } = await subject.read()
    const lines = await Promise.all(
      jsonLines.paths.map(async (path, file) => {
        const text = await readFile(path, 'utf8')
        const prefix = jsonLines.idPrefixes[file] ?? ''
        return text
          .split('\n')
          .flatMap((line, number) =>
            line.trim() === '' ? [] : [[`${prefix}${number + 1}`, JSON.parse(line)] as const],
          )
      }),
    )
    const table = lines.flat()
    assertSameTable(
      { ids, rows },
      { ids: table.map(([id]) => id), rows: table.map(([, row]) => row) },
      'as rows',
      'as lines',
    )
  },

  async 'Parquet files that a table engine may read have the columns and ids of its rows'(subject: SourceSubject) {
    const { parquet } = await subject.openReader()
    if (parquet === undefined) return
    const { paths, idPrefixes, columns } = parquet
    const { ids, rows } = await subject.read()
    assert.equal(idPrefixes.length, paths.length, 'the prefixes of ids, one for each file')
    let [file, number] = [0, 0]
    for (const id of ids) {
      number++
      if (id !== `${idPrefixes[file]}${number}`) [file, number] = [idPrefixes.indexOf(id.slice(0, -1), file + 1), 1]
      assert.equal(id, `${idPrefixes[file]}${number}`, 'an id is not the prefix of its file and the number of its row')
    }
    for (const row of rows) {
      assert.deepEqual(
        Object.keys(row),
        columns.map(({ name }) => name),
        'the columns of a row',
      )
      for (const { name, values } of columns)
        assert.ok(isOfParquet(row[name], values), `a value of the column "${name}" is not of the kind ${values}`)
    }
  },

  async 'reading can stop at any row'(subject: SourceSubject) {
    const grown = await growthOf(async () => {
      const reader = await subject.openReader()
      const stopping = async () => {
        for await (const _ of reader.read()) break
      }
      await within(subject.patience, 'a read that is left after the first batch', stopping())
    })
    assert.deepEqual(grown, [], 'what each read leaves behind')
  },

  async 'stops when its signal fires'(subject: SourceSubject) {
    const stop = new AbortController()
    const reading = async () => {
      const reader = await subject.openReader(stop.signal)
      for await (const _ of reader.read()) stop.abort()
    }
    await within(subject.patience, 'a read after its signal has fired', watch(reading()).outcome)
    const fired = async () => {
      const reader = await subject.openReader(AbortSignal.abort())
      for await (const _ of reader.read()) break
    }
    await within(subject.patience, 'a read whose signal has fired before', watch(fired()).outcome)
    assert.ok((await subject.read()).rows.length >= 0)
  },
}

/** The rule for a source whose rows are known. */
export const sourceRowsCases = {
  async 'returns its rows in order'(subject: SourceSubject) {
    const { rows = [] } = subject.suite
    const read = await subject.read()
    assert.equal(read.rows.length, rows.length, `it gives ${read.rows.length} rows and holds ${rows.length}`)
    for (const [index, row] of rows.entries())
      assert.deepEqual(defined(read.rows[index] ?? {}), defined(row), `row ${index + 1} (${read.ids[index]})`)
  },
}

/** The rule for something that does not exist. */
export const sourceMissingCases = {
  async 'a source that does not exist causes a typed error'(subject: SourceSubject) {
    const { missing = {} } = subject.suite
    const outcome = await watch(subject.run(undefined, missing)).outcome
    assert.ok('error' in outcome, 'it gives rows all the same')
    const { error } = outcome
    assert.ok(
      MaestroError.is(error) && !/TypeError|ENOENT: no such file/.test(error.message),
      `the error is not typed: ${error}`,
    )
    assert.ok((error.hint ?? '').trim() !== '', 'the error has no hint')
  },
}

const defined = (row: object) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))

/** Whether a value is of the kind that the column of a Parquet file has. */
function isOfParquet(value: unknown, kind: ParquetFileColumn['values']): boolean {
  if (value === null) return true
  if (kind === 'date') return value instanceof Date
  if (kind === 'integer') return Number.isSafeInteger(value) || typeof value === 'bigint'
  return typeof value === kind
}
