// Machines whose clocks are wrong by minutes and hours.
import { afterEach, expect, test } from 'vitest'
import { startPostgres } from '../servers/postgres.ts'
import { urlOf } from './url-of.ts'
import { WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

const hour = 3_600_000
// Redis measures leases by itself.
test('workers on PostgreSQL whose clocks are hours ahead and behind lose no lease', async () => {
  const server = await startPostgres()
  if (server === undefined) throw new Error('PostgreSQL is not installed: run .ci/install-databases')
  cleanUp.push(server.stop)
  const made = new WorkersProject(urlOf(server), { lease: '4s', rows: 1 })
  cleanUp.push(() => made.remove())
  made.input(3)
  // Each worker has a row, which takes longer than the lease; whoever is done first would take the others.
  made.write(
    'pipelines/work.js',
    `import { appendFileSync, readFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
const workers = () => new Set(readFileSync(process.env.RAN, 'utf8').trim().split('\\n').map((line) => line.split(' ')[1]))
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    while (workers().size < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 6000 + 1000 * row.n))
    return { ...row, twice: row.n * 2 }
  })
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
  )
  const workers = [2 * hour, -2 * hour, 10 * 60_000].map((aheadMs) => made.start(['worker'], { aheadMs }))
  await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
  const run = made.start(['run', 'work', '--json'], { aheadMs: -hour })
  const { code, stdout, stderr } = await run.finished
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('A worker is silent')
  expect(made.rows('out.jsonl')).toEqual([0, 1, 2].map((n) => ({ id: `r${n}`, n, twice: 2 * n })))
  expect(made.result({ stdout }).counts).toMatchObject({ rowsIn: 3, rowsOut: 3, rejected: 0 })
  expect(made.ran()).toHaveLength(3)
})
