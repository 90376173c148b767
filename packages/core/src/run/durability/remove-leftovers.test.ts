import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import { exportRows, importRows } from '../record/edit-rows.js'
import { findRun } from '../record/run-record.js'
import { installFailpoints } from './failpoints.js'

const folder = new RunFolder()
afterEach(() => installFailpoints(undefined))

const state = () => join(folder.path, '.maestro')
const folderOf = (run: string) => join(state(), 'runs', run)

/** Two stages, with a step file between them. */
const halves = () =>
  pipeline('p')
    .from([{ n: 2 }, { n: 4 }])
    .map((row) => ({ n: row.n / 2 }), { id: 'halve' })
    .write('memory.sink', { name: 'a' })
    .map((row) => row, { id: 'second' })
    .write('memory.sink', { name: 'b' })

test('a run that is done keeps no rows between its stages, and says how to keep them', async () => {
  const { runId } = await folder.project().run(halves())
  expect(readdirSync(folderOf(runId)).filter((name) => ['stages', 'calls', 'sinks'].includes(name))).toEqual([])
  const record = await findRun(state(), runId)
  await expect(exportRows(record, 'halve', join(folder.path, 'rows.jsonl'))).rejects.toMatchObject({
    code: 'MAESTRO_RUN_STEP_NOT_KEPT',
    hint: expect.stringContaining('--keep-step-files'),
  })
})

test.each([
  ['by the run', {}, { keepStepFiles: true }],
  ['by the config', { keepStepFiles: true }, {}],
])('the rows stay if it is asked for %s, to be looked at and not to be edited', async (_, settings, options) => {
  const { runId } = await folder.project(settings).run(halves(), options)
  const record = await findRun(state(), runId)
  const path = join(folder.path, 'rows.jsonl')
  expect(await exportRows(record, 'halve', path)).toBe(2)
  await expect(importRows(record, 'halve', path)).rejects.toMatchObject({ code: 'MAESTRO_RUN_NOT_UNFINISHED' })
  // The stages after which nothing follows have nothing to keep.
  expect(readdirSync(join(folderOf(runId), 'stages'))).toEqual(['0-function'])
  await folder.project().run(
    pipeline('q')
      .from([{ n: 1 }])
      .write('memory.sink', { name: 'c' }),
  )
  expect(await exportRows(record, 'halve', path, true)).toBe(2)
})

test('a paused run that was asked to keep its rows keeps them when it is resumed', async () => {
  const { runId } = await folder.project().run(halves(), { keepStepFiles: true, until: 'halve' })
  await folder.project().run(halves(), { resume: { run: runId } })
  expect(readdirSync(join(folderOf(runId), 'stages'))).toEqual(['0-function'])
})

test('what a process has left that ended after its run was done is removed at the end of the next run', async () => {
  const copy = join(folder.path, 'copy')
  installFailpoints((place) => {
    if (place === 'report-written') cpSync(state(), copy, { recursive: true })
  })
  const { runId } = await folder.project().run(halves())
  installFailpoints(undefined)
  const released = join(folderOf(runId), 'lease')
  cpSync(released, join(copy, 'runs', runId, 'lease'), { recursive: true, force: true })
  rmSync(state(), { recursive: true })
  cpSync(copy, state(), { recursive: true })
  expect(existsSync(join(folderOf(runId), 'stages', '0-function', 'part-00000.jsonl'))).toBe(true)
  await folder.project().run(
    pipeline('q')
      .from([{ n: 1 }])
      .write('memory.sink', { name: 'c' }),
  )
  expect(existsSync(join(folderOf(runId), 'stages'))).toBe(false)
  expect(existsSync(join(folderOf(runId), 'report.json'))).toBe(true)
})
