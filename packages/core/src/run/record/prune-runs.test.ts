import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pipeline } from '../../define/pipeline.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import { installFailpoints } from '../durability/failpoints.js'
import { exportRows, importRows } from './edit-rows.js'
import { pruneFinishedRuns } from './prune-runs.js'
import { findRun, listRuns } from './run-record.js'

const folder = new RunFolder()
afterEach(() => installFailpoints(undefined))

const state = () => join(folder.path, '.maestro')

/** Rows of which each is refused in the second stage while `isBroken`. */
let isBroken = false
const steps = (name = 'p') =>
  pipeline(name)
    .from([{ n: 1 }, { n: 2 }])
    .map((row) => ({ ...row, half: row.n / 2 }), { id: 'first' })
    .write('memory.sink', { name: `${name}-a` })
    .map(
      (row) => {
        if (isBroken) throw new Error('always')
        return row
      },
      { id: 'second' },
    )
    .write('memory.sink', { name: `${name}-b` })

async function failed(): Promise<string> {
  isBroken = true
  await expect(folder.project().run(steps())).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  isBroken = false
  return folder.runs().at(-1) ?? ''
}

/** The code of the error with which the work ended; undefined if it has succeeded. */
const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (MaestroError.is(error)) return error.code
      throw error
    },
  )

test('several processes may prune at once, while runs begin, end, and are resumed, read, exported, and edited', async () => {
  const ids: string[] = []
  for (let run = 0; run < 4; run++) ids.push(await failed())
  const [resumed = ''] = ids
  const path = join(folder.path, 'rows.jsonl')
  const prunes = Array.from({ length: 4 }, () => pruneFinishedRuns(state(), { keep: 0 }))
  const begun = ['x', 'y', 'z'].map((name) => folder.project({}, [], { keepRuns: 1 }).run(steps(name)))
  const others = [
    codeOf(folder.project().run(steps(), { resume: { run: resumed } })),
    codeOf(findRun(state(), ids[1]).then((record) => exportRows(record, 'first', path))),
    codeOf(findRun(state(), ids[2]).then((record) => importRows(record, 'first', path))),
    codeOf(folder.project().assertNewestReadable('p')),
    codeOf(folder.project().unfinishedRuns()),
    codeOf(listRuns(state())),
  ]
  const pruned = (await Promise.all(prunes)).flat()
  for (const { status } of await Promise.all(begun)) expect(status).toBe('done')
  const [resume, exported, imported, ...looked] = await Promise.all(others)
  // Another process has the run or has removed it, unless this one was faster.
  expect([undefined, 'MAESTRO_RUN_HELD', 'MAESTRO_RUN_NOT_UNFINISHED']).toContain(resume)
  expect([undefined, 'MAESTRO_RUN_UNKNOWN', 'MAESTRO_RUN_STEP_NOT_KEPT']).toContain(exported)
  expect(imported ?? 'MAESTRO_RUN_').toMatch(/^MAESTRO_RUN_/)
  expect(looked).toEqual([undefined, undefined, undefined])
  expect(new Set(pruned.map(({ runId }) => runId)).size).toBe(pruned.length)
  await pruneFinishedRuns(state(), { keep: 0 })
  // No folder was created anew after it was removed.
  expect(folder.runs()).toEqual([])
  expect(existsSync(join(state(), 'removed'))).toBe(false)
})

test('a run that another process has finished or removed in the meantime is not resumed', async () => {
  const [finished, removed] = [await failed(), await failed()]
  const resume = (run: string) => folder.project().run(steps(), { resume: { run } })
  expect((await resume(finished)).status).toBe('done')
  const error = await resume(finished).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MAESTRO_RUN_NOT_UNFINISHED' })
  rmSync(join(state(), 'runs', removed), { recursive: true })
  expect(await codeOf(resume(removed))).toBe('MAESTRO_RUN_NOT_UNFINISHED')
  expect(readdirSync(join(state(), 'runs'))).toEqual([finished])
})

test('a run that is removed while it is about to be edited or exported is not created anew', async () => {
  const record = await findRun(state(), await failed())
  rmSync(record.directory, { recursive: true })
  const path = join(folder.path, 'rows.jsonl')
  expect(await codeOf(importRows(record, 'first', path))).toBe('MAESTRO_RUN_STEP_NOT_KEPT')
  expect(await codeOf(exportRows(record, 'first', path))).toBe('MAESTRO_RUN_STEP_NOT_KEPT')
  expect(folder.runs()).toEqual([])
})
