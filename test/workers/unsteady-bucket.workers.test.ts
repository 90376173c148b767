// A bucket whose service fails at odd moments of a commit: what is written counts once, whatever the service says.
import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { startS3 } from '../servers/s3.ts'
import { s3Faults, startUnsteadyS3 } from '../servers/unsteady-s3.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('answers that are lost, late, or wrong for a moment double no row and lose none', async () => {
  const [redis, s3] = await Promise.all([startRedis(), startS3()])
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  if (s3 === undefined) throw new Error('The S3 server is not installed: run .ci/install-s3')
  cleanUp.push(redis.stop, s3.stop)
  const bucket = `workers-${randomUUID()}`
  await fetch(`${s3.url}/${bucket}`, { method: 'PUT' })
  let turn = 0
  const written = new Set<string>()
  const unsteady = await startUnsteadyS3(s3.url, ({ method = '', url = '' }) => {
    if (!url.includes('/partitions/')) return undefined
    // Each name is first written and looked for, so each of the faults meets some of both.
    const isFirst = !written.has(`${method} ${url}`)
    written.add(`${method} ${url}`)
    if (!isFirst || ++turn % 3 !== 0) return undefined
    const fault = s3Faults[(turn / 3) % s3Faults.length]
    return (fault === 'writers met' && method !== 'PUT') || (fault === 'not found' && method === 'PUT')
      ? undefined
      : fault
  })
  cleanUp.push(() => unsteady.close())
  const access = { endpoint: unsteady.url, accessKeyId: 'unused', secretAccessKey: 'unused' }
  const made = new WorkersProject(urlOf(redis), { folder: `s3://${bucket}/x`, s3: access, rows: 5 })
  cleanUp.push(() => made.remove())
  made.input(120)
  made.worker('--concurrency', '2')
  made.worker()
  const run = await made.run().finished
  expect(run.code, run.stderr).toBe(0)
  const { output, counts } = made.result(run)
  expect(output).toBe(expectedOf(120).output)
  expect(counts).toMatchObject({ rowsIn: 120, rejected: expectedOf(120).rejected })
  // No worker has died, so nothing was run twice for long.
  expect(made.ran().length).toBeLessThan(140)
  for (const fault of s3Faults) expect(unsteady.faults[fault], fault).toBeGreaterThan(0)
})
