// Workers and a run that have no file system in common: their shared folder is a bucket.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { startCutProxy } from '../servers/cut-proxy.ts'
import { startRedis } from '../servers/redis.ts'
import { startS3 } from '../servers/s3.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('the results in a bucket outlive a worker, the run, and a cut of the network', async () => {
  const [redis, s3] = await Promise.all([startRedis(), startS3()])
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  if (s3 === undefined) throw new Error('The S3 server is not installed: run .ci/install-s3')
  cleanUp.push(redis.stop, s3.stop)
  const bucket = `workers-${randomUUID()}`
  await fetch(`${s3.url}/${bucket}`, { method: 'PUT' })
  const proxy = await startCutProxy(Number(new URL(s3.url).port))
  cleanUp.push(() => proxy.close())
  const access = { endpoint: `http://127.0.0.1:${proxy.port}`, accessKeyId: 'unused', secretAccessKey: 'unused' }
  const made = new WorkersProject(urlOf(redis), {
    folder: `s3://${bucket}/a project`,
    s3: access,
    lease: '2s',
  })
  cleanUp.push(() => made.remove())
  made.input(200)
  made.worker()
  made.worker()
  made.hold(0)
  const first = made.run()
  const [killed] = await made.untilRanBy(2)
  if (killed === undefined) throw new Error('no worker has run a row')
  process.kill(killed, 'SIGKILL')
  made.hold(60)
  await made.untilRan(60)
  proxy.cut()
  made.hold(120)
  await sleep(1500)
  proxy.mend()
  await made.untilRan(100)
  await made.kill(first)
  made.release()
  const second = await made.run('resume', '--json').finished
  expect(second.code, second.stderr).toBe(0)
  const { output, counts } = made.result(second)
  expect(output).toBe(expectedOf(200).output)
  expect(counts).toMatchObject({ rowsIn: 200, rejected: expectedOf(200).rejected })
  expect(existsSync(`${made.folder}/.maestro/workers`)).toBe(false)
})
