import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../../__fixtures__/project-folder.js'
import { leaseFolder, type RunFolder } from '../state/run-folder.js'
import { Lease } from './lease.js'
import { OutputClaims, type OutputTarget } from './output-claims.js'

const out: OutputTarget = { use: 'fs.file', target: 'out.jsonl' }
const other: OutputTarget = { use: 'fs.file', target: 'other.jsonl' }

/** A run that this process works on. */
async function running(state: string, runId: string) {
  const path = join(state, 'runs', runId)
  mkdirSync(path, { recursive: true })
  const run: RunFolder = { runId, path, kept: true }
  const lease = await Lease.take(leaseFolder(path), { what: runId })
  return { claims: new OutputClaims(state, run), lease, path }
}

describe('an output', () => {
  test('belongs to one run, and the error of a second one names it', async () => {
    const state = new ProjectFolder().file('state')
    const [first, second] = [await running(state, 'run-1'), await running(state, 'run-2')]
    await first.claims.claim([out])
    const error = await errorOf(() => second.claims.claim([other, out]))
    expect(error).toMatchObject({
      code: 'MAESTRO_RUN_OUTPUT_IN_USE',
      details: { output: 'out.jsonl', run: 'run-1', pid: process.pid },
    })
    // The refused run holds nothing.
    await first.claims.claim([other])
    await first.claims.release()
    expect(readdirSync(join(state, 'outputs'))).toEqual([])
    await second.claims.claim([out, other])
    for (const { lease, claims } of [first, second]) {
      await claims.release()
      await lease.release()
    }
  })

  test('goes to exactly one of many runs that ask at once', async () => {
    const state = new ProjectFolder().file('state')
    const runs = await Promise.all(Array.from({ length: 20 }, (_, index) => running(state, `run-${index}`)))
    for (let round = 0; round < 5; round++) {
      const asked = await Promise.allSettled(runs.map(({ claims }) => claims.claim([out])))
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const { claims } of runs) await claims.release()
    }
    for (const { lease } of runs) await lease.release()
  })

  test('of a run whose process has ended is free, and so is that of a run whose folder was deleted', async () => {
    const state = new ProjectFolder().file('state')
    const [dead, next] = [await running(state, 'run-1'), await running(state, 'run-2')]
    await dead.claims.claim([out])
    const number = join(leaseFolder(dead.path), '000001')
    writeFileSync(number, readFileSync(number, 'utf8').replace(/"started":"\d+"/, '"started":"1"'))
    await next.claims.claim([out])
    await next.lease.release()
    const gone = await running(state, 'run-3')
    await gone.claims.claim([out])
    for (const { lease, claims } of [dead, gone]) {
      await claims.release()
      await lease.release()
    }
  })

  test('of the same run can be claimed again after a crash', async () => {
    const state = new ProjectFolder().file('state')
    const run = await running(state, 'run-1')
    await run.claims.claim([out])
    await run.claims.claim([out])
    await run.claims.release()
    await run.lease.release()
  })
})

test.each(['{"rtn":"run-1"}', '{"run":7}', 'null', '{"run'])(
  'a claim that is damaged holds nothing: %s',
  async (text) => {
    const state = new ProjectFolder().file('state')
    const [first, second] = [await running(state, 'run-1'), await running(state, 'run-2')]
    await first.claims.claim([out])
    const [folder = ''] = readdirSync(join(state, 'outputs'))
    for (const name of readdirSync(join(state, 'outputs', folder)))
      writeFileSync(join(state, 'outputs', folder, name), text)
    await second.claims.claim([out])
    await second.claims.release()
    for (const { lease } of [first, second]) await lease.release()
  },
)
