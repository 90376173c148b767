import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import { installFailpoints } from '../durability/failpoints.js'
import { Lease } from '../durability/lease.js'
import { unfinishedRuns } from '../durability/run-state.js'
import { pruneFinishedRuns } from '../record/prune-runs.js'
import { listRuns } from '../record/run-record.js'
import { leaseFolder } from './run-folder.js'

const folder = new RunFolder()
afterEach(() => installFailpoints(undefined))

const state = () => join(folder.path, '.maestro')
const removed = () => (existsSync(join(state(), 'removed')) ? readdirSync(join(state(), 'removed')) : [])

/** A run that has failed in its second stage, so that it can be resumed. */
async function failed(): Promise<string> {
  const steps = pipeline('p')
    .from([{ n: 1 }])
    .write('memory.sink', { name: 'a' })
    .map(() => {
      throw new Error('always')
    })
    .write('memory.sink', { name: 'b' })
  await expect(folder.project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  return folder.runs().at(-1) ?? ''
}

test('a process that ends while it removes a run leaves nothing that could be resumed, and the next one removes the rest', async () => {
  const run = await failed()
  expect(await unfinishedRuns(state())).toHaveLength(1)
  installFailpoints((place) => {
    if (place === 'run-set-aside') throw new Error('ended here')
  })
  await expect(pruneFinishedRuns(state(), { keep: 0 })).rejects.toThrow('ended here')
  installFailpoints(undefined)
  expect(removed()).toEqual([run])
  expect(await unfinishedRuns(state())).toEqual([])
  expect(await listRuns(state())).toEqual([])
  expect(await pruneFinishedRuns(state(), {})).toEqual([])
  expect(removed()).toEqual([])
})

test('a run that a process has just resumed is not removed', async () => {
  const run = await failed()
  const lease = await Lease.take(leaseFolder(join(state(), 'runs', run)), { what: run })
  expect(await pruneFinishedRuns(state(), { keep: 0 })).toEqual([])
  expect(folder.runs()).toEqual([run])
  await lease.release()
  expect(await pruneFinishedRuns(state(), { keep: 0 })).toMatchObject([{ runId: run, removed: 'run' }])
  expect(folder.runs()).toEqual([])
})
