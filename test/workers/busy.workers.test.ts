// Steps that compute for longer than the lease of their worker.
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('rows that compute without a pause do not make their worker look dead', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis), { lease: '2500ms', rows: 40 })
  cleanUp.push(() => made.remove())
  made.write(
    'pipelines/work.js',
    `import { appendFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map((row) => {
    if (row.n >= 40) return row
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    for (const end = performance.now() + 150; performance.now() < end; );
    return row
  })
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
  )
  made.worker()
  made.worker()
  const { code, stdout, stderr } = await made.run().finished
  expect(code, stderr).toBe(0)
  const { counts, warnings = [] } = JSON.parse(stdout)
  expect({ counts, warnings }).toMatchObject({ counts: { rowsOut: 600, rejected: 0 }, warnings: [] })
  expect(made.ran()).toHaveLength(40)
})
