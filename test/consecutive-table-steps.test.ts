import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlugin, pipeline } from '@maestro-dataflow/core'
import { explainRow, findRun, maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { expect, onTestFinished, test } from 'vitest'

const cities = ['Oslo', 'Bergen', 'Oslo', 'Paris', 'Bergen', 'Rome']

test('consecutive table steps are one stage, of which the record of the run tells every step', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lines = cities.map((city, n) => `{"city":"${city}","n":${n}}\n`)
  writeFileSync(join(folder, 'in.jsonl'), lines.join(''))
  const seen = new Map<string, number>()
  const watch = definePlugin({
    name: 'watch',
    // A slow machine also tells how many rows a step has read so far.
    observe: (hooks) => hooks.batchDone(({ step, counts }) => void seen.set(step, counts.rowsOut)),
  })
  const project = maestro({ plugins: [fs, table, watch], directory: folder, logLevel: 'silent' })
  const built = pipeline('p')
    .read('fs.file', { path: 'in.jsonl', columns: { city: 'string', n: 'number' } })
    .step('table.filter', { where: "city <> 'Paris'" })
    .step('table.dedupe', { by: ['city'] })
    .step('table.aggregate', { by: ['city'], values: { n: 'sum(n)' } })
    .step('table.filter', { where: 'n > 0' })
    .step('table.sort', { by: 'n', descending: true })
    .write('fs.file', { path: 'out.jsonl' })
  const plan = await project.plan(built)
  expect(plan.stages.map(({ kind, steps }) => [kind, steps.length])).toEqual([['table', 5]])

  const report = await project.run(built, { keepStepFiles: true })
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe('{"city":"Rome","n":5}\n{"city":"Bergen","n":1}\n')
  expect(report.steps.map(({ counts }) => [counts.rowsIn, counts.rowsOut, counts.dropped, counts.merged])).toEqual([
    [6, 5, 1, 0],
    [5, 3, 0, 2],
    [3, 3, 0, 3],
    [3, 2, 1, 0],
    [2, 2, 0, 0],
  ])
  expect(report.steps.map(({ id }) => seen.get(id))).toEqual([5, 3, 3, 2, 2])
  const directory = report.directory ?? ''
  const [stage = ''] = readdirSync(join(directory, 'stages'))
  expect(readdirSync(join(directory, 'stages', stage)).filter((name) => name.startsWith('part-'))).toEqual([
    'part-00000.jsonl',
  ])
  const samples = JSON.parse(readFileSync(join(directory, 'samples.json'), 'utf8')) as {
    readonly steps: Readonly<Record<string, readonly { readonly row: unknown }[]>>
  }
  expect(report.steps.map(({ id }) => samples.steps[id]?.length)).toEqual([5, 3, 3, 2, 2])
  expect(samples.steps[report.steps[2]?.id ?? '']?.[0]?.row).toEqual({ city: 'Oslo', n: 0 })

  const record = await findRun(join(folder, '.maestro'), report.runId)
  const outcomes = (id: string) => explainRow(record, id).stops.map(({ outcome, into }) => into ?? outcome)
  expect(outcomes('in.jsonl:4')).toEqual(['dropped'])
  expect(outcomes('in.jsonl:3')).toEqual(['passed', 'in.jsonl:1'])
  expect(outcomes('group:["Oslo"]')).toEqual(['dropped'])
  expect(outcomes('group:["Rome"]')).toEqual(['passed', 'passed', 'written'])
  await project.dispose()
})

test('the record of a run tells what became of the rows of a table step with a condition', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'in.jsonl'), cities.map((city, n) => `{"city":"${city}", "n":${n}.0}\n`).join(''))
  const project = maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent' })
  const report = await project.run(
    pipeline('p')
      .read('fs.file', { path: 'in.jsonl', columns: { city: 'string', n: 'number' } })
      .step('table.sort', { by: 'n', descending: true })
      .step('table.dedupe', { by: ['city'] }, { where: { n: { max: 2 } } })
      .write('fs.file', { path: 'out.jsonl' }),
  )
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(
    ['Rome","n":5', 'Bergen","n":4', 'Paris","n":3', 'Oslo","n":2', 'Bergen","n":1']
      .map((row) => `{"city":"${row}}\n`)
      .join(''),
  )
  expect(report.steps[1]?.counts).toMatchObject({ rowsIn: 6, rowsOut: 5, merged: 1, passedBy: 3 })
  const record = await findRun(join(folder, '.maestro'), report.runId)
  const outcomes = (id: string) => explainRow(record, id).stops.map(({ outcome, into }) => into ?? outcome)
  expect(outcomes('in.jsonl:1')).toEqual(['passed', 'in.jsonl:3'])
  expect(outcomes('in.jsonl:6')).toEqual(['passed', 'passed', 'written'])
  await project.dispose()
})
