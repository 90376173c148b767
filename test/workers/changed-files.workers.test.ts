// A worker that was started before the files of the project were changed.
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('each run is computed by the code as it is then, in modules of the pipeline too', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis))
  cleanUp.push(() => made.remove())
  made.input(30)
  made.write(
    'pipelines/work.js',
    `import { pipeline } from '@maestro-dataflow/core'
import { compute } from '../compute.js'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map((row) => ({ n: compute(row.n), here: process.argv.includes('worker') }))
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
  )
  const worker = made.worker()
  for (const factor of [2, 3]) {
    // The text of the step is the same for both.
    made.write('compute.js', `export const compute = (n) => n * ${factor}\n`)
    const { code, stdout, stderr } = await made.run().finished
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).warnings).toBeUndefined()
    const rows = made.result({ stdout }).output.trim().split('\n')
    expect(rows).toEqual(Array.from({ length: 30 }, (_, n) => JSON.stringify({ n: n * factor, here: true })))
  }
  worker.process.kill('SIGTERM')
  const { code, stderr } = await worker.finished
  expect(code).toBe(0)
  expect(stderr.match(/Waits for runs/g)).toHaveLength(2)
  expect(stderr).not.toContain('Cannot take part')
})

test('a worker whose project has another module refuses and names it', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis))
  cleanUp.push(() => made.remove())
  const other = new WorkersProject(urlOf(redis), { folder: `${made.folder}/.maestro/workers` })
  cleanUp.push(() => other.remove())
  for (const [one, factor] of [
    [made, 2],
    [other, 3],
  ] as const) {
    one.input(10)
    one.write('compute.js', `export const compute = (n) => n * ${factor}\n`)
    one.write(
      'pipelines/work.js',
      `import { pipeline } from '@maestro-dataflow/core'
import { compute } from '../compute.js'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map((row) => ({ n: compute(row.n) })).write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
    )
  }
  const worker = other.worker()
  await worker.wrote('Waits for runs')
  const { code, stdout, stderr } = await made.run().finished
  expect(code, stderr).toBe(0)
  expect(JSON.stringify(JSON.parse(stdout).warnings)).toContain('the file compute.js')
  expect(made.result({ stdout }).output).toContain('{"n":18}')
})
