import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { explainRow, findRun, maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-two-tables-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const project = () =>
  maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })

test('broken records of the other table are rejected, and its rows know where they come from', async () => {
  write('b.jsonl', '{"n":2}\nbroken\n{"n":3}\n')
  const built = pipeline('p')
    .from([{ n: 1 }])
    .step('table.union', { right: { use: 'fs.file', path: 'b.jsonl' } })
  const shown = await project().preview(built, 10)
  expect(shown.steps.at(-1)?.rows).toEqual([
    { id: 'rows:1', row: { n: 1 } },
    { id: '1-table.union:b.jsonl:1', row: { n: 2 } },
    { id: '1-table.union:b.jsonl:3', row: { n: 3 } },
  ])
  expect(shown.rejects.map(({ id }) => id)).toEqual(['1-table.union:b.jsonl:2'])
})

test('a resumed run reads the other table again if it has changed', async () => {
  write('a.jsonl', '{"n":1}\n')
  write('b.jsonl', '{"n":2}\n')
  let isBroken = true
  const built = pipeline('p')
    .read('fs.file', { path: 'a.jsonl' })
    .step('table.union', { right: { use: 'fs.file', path: 'b.jsonl' } })
    .step('table.dedupe', {})
    .map((row) => {
      if (isBroken) throw new Error('not yet')
      return { ...row }
    })
    .write('fs.file', { path: 'out.jsonl' })
  await expect(project().run(built)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  const [unfinished] = await project().unfinishedRuns()
  isBroken = false
  write('b.jsonl', '{"n":20}\n{"n":30}\n')
  const report = await project().run(built, { resume: { run: unfinished?.runId ?? '' } })
  expect(report.counts.rowsOut).toBe(3)
})

test('a join of files goes on row by row from a line that must be read as a row', async () => {
  write('a.jsonl', '{"k":1,"n":1}\nbroken\n{"k":2,\r"n":2}\n\n{"k":3,"n":3}\n')
  write('b.jsonl', '{"k":1,"city":"Oslo"}\nbroken\n{"k":2,"city":"上海"}\n')
  const built = pipeline('p')
    .read('fs.file', { path: 'a.jsonl', columns: { k: 'integer', n: 'integer' } })
    .step('table.join', { right: { use: 'fs.file', path: 'b.jsonl' }, by: ['k'] })
    .write('fs.file', { path: 'out.jsonl' })
  const report = await project().run(built)
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(
    '{"k":1,"n":1,"right_city":"Oslo"}\n{"k":2,"n":2,"right_city":"上海"}\n',
  )
  expect(report.counts).toMatchObject({ rowsIn: 4, rowsOut: 2, rejected: 2, dropped: 1 })
})

test('a join of files counts and explains its rows', async () => {
  write('a.jsonl', '{"k":1}\n{"k":2}\n{"k":3}\n')
  write('b.jsonl', '{"k":1,"n":1.50}\n{"k":1,"n":2}\n{"k":3,"n":3}\n')
  const built = pipeline('p')
    .read('fs.file', { path: 'a.jsonl' })
    .step('table.join', { right: { use: 'fs.file', path: 'b.jsonl' }, by: ['k'] })
    .write('fs.file', { path: 'out.jsonl' })
  const report = await project().run(built)
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(
    '{"k":1,"right_n":1.5}\n{"k":1,"right_n":2}\n{"k":3,"right_n":3}\n',
  )
  expect(report.counts).toMatchObject({ rowsIn: 3, rowsOut: 3, dropped: 1, created: 1 })
  const record = await findRun(join(folder, '.maestro'), report.runId)
  const fates = [1, 2].map((line) => explainRow(record, `a.jsonl:${line}`).stops.find(({ step }) => step !== 'source'))
  expect(fates).toMatchObject([
    { outcome: 'split', children: ['a.jsonl:1/1-table.join/0', 'a.jsonl:1/1-table.join/1'] },
    { outcome: 'dropped', reason: 'no row of the other table matches' },
  ])
})

test.each([
  ['plain lines', '{"k":2}\n\n{"k":3}', 0],
  ['a line that is no JSON', '{"k":2}\n{"k":\n{"k":3}\n', 1],
  ['a key that looks like a tag', '{"k":{"$date":"x"}}\n{"k":3}\n', 0],
  ['a column that the source does not declare', '{"k":2,"other":1}\n{"k":3}\n', 0],
  ['a value of another type than declared', '{"k":"x"}\n{"k":3}\n', 1],
] as const)('a union of files gives the rows, ids, and counts of a union row by row: %s', async (_, text, rejected) => {
  write('a.jsonl', '{"k":1}\n')
  write('b.jsonl', text)
  const columns = text.includes('$') ? undefined : ({ k: 'integer' } as const)
  const outcome = async (more: object) => {
    const built = pipeline('p')
      .read('fs.file', { path: 'a.jsonl' })
      .step('table.union', { right: { use: 'fs.file', path: 'b.jsonl', columns, ...more } })
      .mapBatches((rows, { rowIds }) => rows.map((row, index) => ({ ...row, id: rowIds[index] })))
      .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
    const { counts } = await project().run(built)
    return { counts, text: readFileSync(join(folder, 'out.jsonl'), 'utf8') }
  }
  // A source with conditions offers no lines.
  const byLines = await outcome({})
  expect(byLines.counts.rejected).toBe(rejected)
  expect(byLines).toStrictEqual(await outcome({ where: {} }))
})
