// Rows that crash the process of a worker, and workers that nobody is left of.
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

/** @param body What a step does with a row. */
async function projectWith(body: string, lease: string): Promise<WorkersProject> {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis), { lease, rows: 1 })
  cleanUp.push(() => made.remove())
  made.input(24)
  made.write(
    'pipelines/work.js',
    `import { appendFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    ${body}
    await new Promise((resolve) => setTimeout(resolve, 200))
    return row
  }, { id: 'crash' })
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
  )
  return made
}

test('a row that crashes workers is rejected alone; the worker comes back, and what ran beside the row is kept', async () => {
  const made = await projectWith('if (row.n === 7) process.abort()', '1s')
  const worker = made.worker('--concurrency', '4')
  await worker.wrote('Waits for runs')
  const { code, stdout, stderr } = await made.run().finished
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { rowsIn: 24, rowsOut: 23, rejected: 1 },
    rejects: [{ step: 'crash', code: 'MAESTRO_WORKER_CRASHED', rowId: 'r7' }],
  })
  expect(made.result({ stdout }).output.trim().split('\n')).toHaveLength(23)
  // Twice beside other rows, and twice alone. On a busy machine, a lease may end before the row begins, or while it waits.
  const runs = made.ran().filter(({ id }) => id === 'r7').length
  expect(runs).toBeGreaterThanOrEqual(2)
  expect(runs).toBeLessThanOrEqual(6)
  expect(stderr).toContain('A worker is silent')
  worker.process.kill('SIGTERM')
  expect((await worker.finished).code).toBe(0)
})

test('a worker in which nobody catches an error finishes its rows, and comes back', async () => {
  const made = await projectWith("if (row.n === 7) setTimeout(() => { throw new Error('too late') }, 10)", '6s')
  const worker = made.worker('--concurrency', '4')
  const { code, stdout, stderr } = await made.run().finished
  expect(code, stderr).toBe(0)
  expect(made.result({ stdout })).toMatchObject({ counts: { rowsIn: 24, rowsOut: 24, rejected: 0 } })
  expect(made.ran()).toHaveLength(24)
  worker.process.kill('SIGTERM')
  const ended = await worker.finished
  expect(ended.code).toBe(0)
  expect(ended.stderr).toMatch(/too late.*The process ended: exit code 1\. It is started again\./s)
})
