// Workers and a run that have no file system in common: their shared folder is a bucket.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { startS3 } from '../servers/s3.ts'
import { urlOf } from './url-of.ts'
import { expected, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('a worker is killed, then the run, and what stands in the bucket is taken', { timeout: 120_000 }, async () => {
  const [redis, s3] = await Promise.all([startRedis(), startS3()])
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  if (s3 === undefined) throw new Error('The S3 server is not installed: run .ci/install-s3')
  cleanUp.push(redis.stop, s3.stop)
  const bucket = `workers-${randomUUID()}`
  await fetch(`${s3.url}/${bucket}`, { method: 'PUT' })
  const access = { endpoint: s3.url, accessKeyId: 'unused', secretAccessKey: 'unused' }
  const made = new WorkersProject(urlOf(redis), {
    folder: `s3://${bucket}/a project`,
    s3: access,
    lease: '2s',
    rows: 50,
  })
  cleanUp.push(() => made.remove())
  made.worker()
  made.worker()
  const first = made.run()
  const [killed] = await made.untilRan(60)
  if (killed === undefined) throw new Error('no worker has run a row')
  process.kill(killed, 'SIGKILL')
  await made.untilRan(200)
  first.process.kill('SIGKILL')
  await first.finished
  const second = await made.run('resume', '--json').finished
  expect(second.code, second.stderr).toBe(0)
  const { output, counts } = made.result(second)
  expect(output).toBe(expected.output)
  expect(counts).toMatchObject({ rowsIn: 600, rejected: expected.rejected })
  expect(existsSync(`${made.folder}/.maestro/workers`)).toBe(false)
})
