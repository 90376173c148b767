// Two runs of one project at once, on the same workers.
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('two runs share the workers; a third that would write the output of one is refused', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis))
  cleanUp.push(() => made.remove())
  made.input(200)
  // Each worker waits in its first row of this run until the other one has come.
  made.write(
    'pipelines/other.js',
    `import { readdirSync, writeFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
const here = () => readdirSync('.').filter((name) => name.startsWith('here-')).length
export default pipeline('other').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    writeFileSync('here-' + process.pid, '')
    while (here() < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    return { id: row.id, pid: process.pid }
  })
  .write('fs.file', { path: 'other.jsonl', mode: 'overwrite' })
`,
  )
  // The first run waits until the third one has been refused.
  made.write(
    'pipelines/work.js',
    `import { appendFileSync, existsSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    while (row.n > 100 && !existsSync('refused')) await new Promise((resolve) => setTimeout(resolve, 20))
    if (row.n % 97 === 5) throw new Error('unlucky')
    return { ...row, twice: row.n * 2 }
  })
  .filter((row) => row.n % 3 !== 0)
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
  )
  const workers = [made.worker('--concurrency', '2'), made.worker('--concurrency', '2')]
  await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
  const first = made.run()
  const other = made.run('run', 'other', '--json')
  await made.untilRan(20)
  const third = await made.run().finished
  expect(third.code).toBe(1)
  expect(JSON.parse(third.stdout)).toMatchObject({ error: { code: 'MAESTRO_RUN_OUTPUT_IN_USE' } })
  made.write('refused', '')
  const [one, two] = await Promise.all([first.finished, other.finished])
  expect(one.code, one.stderr).toBe(0)
  expect(two.code, two.stderr).toBe(0)
  const { output, counts } = made.result(one)
  expect(output).toBe(expectedOf(200).output)
  expect(counts).toMatchObject({ rowsIn: 200, rejected: expectedOf(200).rejected })
  const rows = made.rows('other.jsonl')
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, n) => `r${n}`))
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(2)
  expect(JSON.parse(two.stdout).warnings).toBeUndefined()
})
