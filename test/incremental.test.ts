import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MaestroError, pipeline, type RunReport } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Folder } from './durability/folder.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 2, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

interface InputRow {
  readonly id?: string
  readonly n: number
  readonly note?: string
}

const rowOf = (n: number): InputRow => ({ id: `r${n}`, n, note: `note ${n}` })
const rowsTo = (count: number): InputRow[] => Array.from({ length: count }, (_, n) => rowOf(n))

class Input extends Folder {
  constructor(rows: readonly InputRow[]) {
    super()
    this.write(rows)
  }

  write(rows: readonly InputRow[]): void {
    writeFileSync(join(this.path, 'in.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
}

interface Asked {
  readonly output?: string
  readonly compare?: readonly string[]
  readonly removed?: 'keep' | 'remove'
  readonly version?: string
  readonly retryRejects?: boolean
  readonly overwrite?: boolean
}

/** Runs the pipeline, or resumes it. It drops and rejects some rows and doubles others, by their `n`. */
async function run(
  folder: Folder,
  { output = 'answers.jsonl', version = '1', retryRejects = false, overwrite = false, ...settings }: Asked = {},
) {
  const made: number[] = []
  const project = maestro({ directory: folder.path, plugins: [fs], logLevel: 'silent', run: { rowsInFlight: 2 } })
  const changing = pipeline('changing')
    .read('fs.file', { path: 'in.jsonl', columns: { id: 'string', n: 'integer', note: 'string' } })
    .incremental({ key: 'id', ...settings })
    .map(
      (row) => {
        made.push(Number(row.n))
        if (Number(row.n) % 10 === 7) throw new Error('sevens are refused')
        return { ...row, double: Number(row.n) * 2 }
      },
      { id: 'double', version },
    )
    .filter((row) => Number(row.n) % 10 !== 4, { id: 'choose' })
    .flatMap((row) => Array.from({ length: Number(row.n) % 10 === 5 ? 2 : 1 }, (_, part) => ({ ...row, part })), {
      id: 'split',
    })
    .write('fs.file', { path: output, columns: ['id', 'n', 'note', 'double', 'part'] })
  const [unfinished] = await project.unfinishedRuns()
  try {
    const report = await project.run(changing, {
      retryRejects,
      overwrite,
      ...(unfinished === undefined ? {} : { resume: { run: unfinished.runId } }),
    })
    return { report, made, incremental: report.incremental }
  } finally {
    await project.dispose()
  }
}

const linesOf = (folder: Folder, output = 'answers.jsonl') =>
  readFileSync(join(folder.path, output), 'utf8').trimEnd().split('\n')

/** The lines that a run over the whole input writes, in any order. */
async function wholeLines(rows: readonly InputRow[], asked: Asked = {}) {
  const folder = new Input(rows)
  await run(folder, asked)
  return linesOf(folder, asked.output).sort()
}

/** Row 2 is edited, row 3 is gone, row 5 (two rows of the output) is edited, and two rows are new. */
const edited = [
  ...rowsTo(12).flatMap((row) => {
    if (row.id === 'r3') return []
    return row.id === 'r2' || row.id === 'r5' ? [{ ...row, note: 'edited' }] : [row]
  }),
  rowOf(20),
  rowOf(25),
]

describe.each(['answers.jsonl', 'answers.csv', 'answers.json', 'answers.jsonl.gz', 'answers.parquet'])(
  '%s',
  (output) => {
    const asked = { output, removed: 'remove' } as const

    test('gets new and changed rows merged, and equals the output of a run over the whole input', async () => {
      const folder = new Input(rowsTo(12))
      const first = await run(folder, asked)
      expect(first.incremental).toMatchObject({ added: 12, changed: 0, unchanged: 0, gone: 0, since: undefined })
      folder.write(edited)
      const second = await run(folder, asked)
      expect(second.made.sort((a, b) => a - b)).toEqual([2, 5, 20, 25])
      expect(second.incremental).toMatchObject({
        added: 2,
        changed: 2,
        unchanged: 8,
        failed: 1,
        gone: 1,
        removed: true,
      })
      expect(second.incremental?.since).toBe(first.report.runId)
      expect(second.report.counts).toMatchObject({ rowsIn: 4, rejected: 0 })
      if (!output.endsWith('.gz') && !output.endsWith('.parquet'))
        expect(linesOf(folder, output).sort()).toEqual(await wholeLines(edited, asked))
      const third = await run(folder, { ...asked, retryRejects: true })
      expect(third.made).toEqual([7])
      expect(third.incremental).toMatchObject({ failed: 0, retried: 1 })
    })
  },
)

test('a run without changes processes nothing, leaves the output as it is, and does not fail', async () => {
  const rows = rowsTo(6)
  const folder = new Input(rows)
  await run(folder)
  const before = linesOf(folder)
  const { made, incremental } = await run(folder)
  expect(made).toEqual([])
  expect(incremental).toMatchObject({ added: 0, changed: 0, unchanged: 6 })
  expect(linesOf(folder)).toEqual(before)
})

test('rows that are gone stay in the output unless they are to be removed, and come back by their key', async () => {
  const folder = new Input(rowsTo(4))
  await run(folder)
  folder.write(rowsTo(3))
  expect((await run(folder)).incremental).toMatchObject({ unchanged: 3, gone: 1, removed: false })
  expect(linesOf(folder)).toHaveLength(4)
  folder.write(rowsTo(4))
  expect((await run(folder)).made).toEqual([3])
  expect(linesOf(folder).sort()).toEqual(await wholeLines(rowsTo(4)))
})

test('nothing is removed while a record of the input cannot be read, and the next run does it', async () => {
  const folder = new Input(rowsTo(4))
  await run(folder, { removed: 'remove' })
  folder.write(rowsTo(3))
  folder.change('in.jsonl', (text) => `${text}{"id":"r3","n":\n`)
  expect((await run(folder, { removed: 'remove' })).incremental).toMatchObject({ gone: 1, removed: false })
  expect(linesOf(folder)).toHaveLength(4)
  folder.write(rowsTo(3))
  expect((await run(folder, { removed: 'remove' })).incremental).toMatchObject({ gone: 1, removed: true })
  expect(linesOf(folder).sort()).toEqual(await wholeLines(rowsTo(3)))
})

test('the unchanged lines of a CSV file stay as they are, with cells that are empty or quoted', async () => {
  const asked = { output: 'answers.csv' }
  const rows = [rowOf(0), { id: '007', n: 1 }, { ...rowOf(2), note: '' }, { ...rowOf(3), note: ' "a", b\n' }]
  const folder = new Input(rows)
  await run(folder, asked)
  const before = folder.read('answers.csv')
  folder.write([...rows, rowOf(8)])
  await run(folder, asked)
  expect(folder.read('answers.csv')).toBe(`${before}r8,8,note 8,16,0\n`)
})

test('only the chosen columns show that a row has changed', async () => {
  const folder = new Input(rowsTo(4))
  await run(folder, { compare: ['n'] })
  folder.write(rowsTo(4).map((row) => ({ ...row, note: 'other' })))
  expect((await run(folder, { compare: ['n'] })).made).toEqual([])
  folder.write([...rowsTo(3), { id: 'r3', n: 30 }])
  expect((await run(folder, { compare: ['n'] })).made).toEqual([30])
})

test('a second row with a key and a row without one are rejected, in every run', async () => {
  const folder = new Input([rowOf(0), { ...rowOf(1), id: 'r0' }, { n: 2 }, rowOf(3)])
  for (const made of [[0, 3], []]) {
    const outcome = await run(folder)
    expect(outcome.made).toEqual(made)
    expect(outcome.report.rejects).toMatchObject([{ code: 'MAESTRO_INCREMENTAL_ROW', rows: 2, step: 'source' }])
  }
  expect(linesOf(folder)).toHaveLength(2)
})

test('after a change of a step all rows are processed, and after the loss of an output too', async () => {
  const folder = new Input(rowsTo(4))
  await run(folder)
  const changed = await run(folder, { version: '2' })
  expect(changed.made).toEqual([0, 1, 2, 3])
  expect(changed.incremental?.reason).toContain('changed')
  rmSync(join(folder.path, 'answers.jsonl'))
  const lost = await run(folder, { version: '2' })
  expect(lost.made).toEqual([0, 1, 2, 3])
  expect(lost.incremental?.reason).toContain('is missing')
  expect(linesOf(folder)).toHaveLength(4)
})

test('nothing is merged with rows that nobody knows any more, and all rows are processed when the user says so', async () => {
  const folder = new Input(rowsTo(12))
  await run(folder)
  const before = folder.read('answers.jsonl')
  const [name = ''] = readdirSync(join(folder.path, '.maestro/incremental'))
  const path = join(folder.path, '.maestro/incremental', name)
  const bytes = readFileSync(path)
  folder.write(edited)
  for (const damage of [
    bytes.subarray(0, 40),
    Buffer.alloc(0),
    bytes.map((byte, at) => (at === 90 ? byte ^ 1 : byte)),
  ]) {
    writeFileSync(path, damage)
    const error = await run(folder).catch((thrown: unknown) => thrown)
    expect(MaestroError.is(error, 'MAESTRO_INCREMENTAL_LAST_RUN') && error.hint).toContain('--overwrite')
    expect([folder.read('answers.jsonl'), folder.runs]).toEqual([before, folder.runs.slice(0, 1)])
  }
  const { incremental } = await run(folder, { overwrite: true })
  expect(incremental).toMatchObject({ added: 13, changed: 0, unchanged: 0, since: undefined })
  expect(linesOf(folder).sort()).toEqual(await wholeLines(edited))
  expect((await run(folder)).incremental).toMatchObject({ added: 0, changed: 0 })
})

test('a first run that may overwrite a file leaves nothing of it', async () => {
  const folder = new Input(rowsTo(12))
  writeFileSync(join(folder.path, 'answers.jsonl'), '{"id":"other","n":1}\n{"of":"another pipeline"}\n')
  await run(folder, { overwrite: true })
  expect(linesOf(folder).sort()).toEqual(await wholeLines(rowsTo(12)))
})

test('an edit of the output by hand stays, unless its row changes', async () => {
  const folder = new Input(rowsTo(4))
  await run(folder)
  folder.change('answers.jsonl', (text) => text.replaceAll(/"note":"note \d"/g, '"note":"by hand"'))
  folder.write([...rowsTo(3), { ...rowOf(3), note: 'new' }])
  await run(folder)
  const notes = linesOf(folder).map((line) => JSON.parse(line).note)
  expect(notes).toEqual(['by hand', 'by hand', 'by hand', 'new'])
})

test('an incremental run that ends at any named place goes on, and a new one gives the same too', async () => {
  const whole = new Input(rowsTo(12))
  await run(whole, { removed: 'remove' })
  whole.write(edited)
  whole.settleTimes()
  const crashes: { readonly place: string; readonly folder: Folder }[] = []
  installFailpoints((place) => crashes.push({ place, folder: Folder.after(whole.path) }))
  const expected = await run(whole, { removed: 'remove' })
  installFailpoints(undefined)
  expect(crashes.map(({ place }) => place)).toContain('incremental-renamed')
  expect(crashes.map(({ place }) => place)).toContain('progress-renamed')
  for (const [index, { place, folder }] of crashes.entries()) {
    const where = `failpoint ${index}, ${place}`
    if (place === 'report-written') continue
    const again = await run(folder, { removed: 'remove' })
    expect(linesOf(folder), where).toEqual(linesOf(whole))
    const { since, ...found } = again.incremental as NonNullable<RunReport['incremental']>
    // The run folder of the crash is new, or the run was done but for its report.
    expect([expected.incremental?.since, expected.report.runId], where).toContain(since)
    if (since === expected.incremental?.since) expect(found, where).toMatchObject({ added: 2, changed: 2, gone: 1 })
    expect((await run(folder, { removed: 'remove' })).made, where).toEqual([])
    expect(linesOf(folder), where).toEqual(linesOf(whole))
  }
})

test('a pipeline that cannot run incrementally says why', async () => {
  const folder = new Input(rowsTo(2))
  const project = maestro({ directory: folder.path, plugins: [fs, table], logLevel: 'silent' })
  const reading = pipeline('unfit').read('fs.file', { path: 'in.jsonl', columns: { id: 'string', n: 'integer' } })
  const output = { path: 'answers.jsonl' }
  const refused = async (asked: Parameters<typeof project.run>[0]) => {
    const error = await project.run(asked, { incremental: true }).catch((caught: unknown) => caught)
    return MaestroError.is(error, 'MAESTRO_INCREMENTAL_UNFIT') ? error.message : error
  }
  expect(await refused(reading.write('fs.file', output))).toContain('no key')
  const keyed = reading.incremental({ key: 'id' })
  const sorted = keyed.step('table.sort', { by: ['n'] }, { id: 'sort' })
  expect(await refused(sorted.write('fs.file', output))).toContain('sort needs all rows')
  expect(await refused(reading.incremental({ key: 'it' }).write('fs.file', output))).toContain('no column "it"')
  expect(await refused(keyed.write('fs.file', { path: 'answers.md', column: 'id' }))).toContain('cannot be merged')
  const renamed = keyed.map((row) => ({ id: `x${row.id}` })).write('fs.file', output)
  expect(await refused(renamed)).toMatchObject({ code: 'MAESTRO_INCREMENTAL_OUTPUT' })
  await project.dispose()
})
