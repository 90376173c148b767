// Workers that are not there, and a shared folder that is not: the run says so, and goes on when they are back.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

async function project(options: object = {}): Promise<WorkersProject> {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const made = new WorkersProject(urlOf(redis), options)
  cleanUp.push(() => made.remove())
  return made
}

test('when no worker is left, a detached run says so and waits, and one that comes does the rest', async () => {
  const made = await project({ lease: '2s' })
  made.input(200)
  const first = made.worker()
  made.hold(60)
  const started = await made.run('run', 'work', '--detach', '--json').finished
  expect(started.code, started.stderr).toBe(0)
  const attached = made.start(['attach'])
  await made.untilRan(60)
  const listed = await made.start(['workers']).finished
  expect(listed.stdout).toMatch(/1 at once, heard of .* s ago\n.* 1-map, 2-filter: runs #\d+.*, \d+ done\n/)
  await made.kill(first)
  await attached.wrote('No worker is left: start one with `maestro worker`')
  made.release()
  const second = made.worker()
  expect((await attached.finished).code).toBe(0)
  const { stdout } = await made.start(['attach', JSON.parse(started.stdout).run, '--json']).finished
  expect(made.result({ stdout })).toMatchObject({
    output: expectedOf(200).output,
    counts: { rowsIn: 200, rejected: expectedOf(200).rejected },
  })
  second.process.kill('SIGTERM')
  expect((await second.finished).code).toBe(0)
  expect((await made.start(['workers']).finished).stdout).toBe('No workers. Start one with `maestro worker`.\n')
})

test.each([
  {
    what: 'nobody comes',
    options: { wait: '1s' },
    told: /No worker has come for the steps 1-map, 2-filter within \d+ s/,
  },
  {
    what: 'steps that run together ask for different workers',
    options: { tags: { '1-map': 'gpu', '2-filter': 'large' } },
    told: /ask for workers with different tags: gpu, large/,
  },
  {
    what: 'the shared folder is none',
    options: { folder: 'in.jsonl' },
    told: /The shared folder .*in\.jsonl cannot be used: (ENOTDIR|EEXIST)/,
  },
])('when $what, the run does the work itself, and says why', async ({ options, told }) => {
  const made = await project(options)
  made.input(40)
  const { code, stdout, stderr } = await made.run().finished
  expect(code, stderr).toBe(0)
  expect(JSON.stringify(JSON.parse(stdout).warnings)).toMatch(told)
  expect(made.result({ stdout }).output).toBe(expectedOf(40).output)
})

test('a shared folder that goes away ends the run, which goes on when it is back; the worker waits', async () => {
  const made = await project()
  made.input(200)
  const worker = made.worker()
  made.hold(60)
  const run = made.run()
  await made.untilRan(60)
  const folder = join(made.folder, '.maestro/workers')
  renameSync(folder, `${folder}-away`)
  // As where nothing is mounted, but nobody can make a new folder.
  writeFileSync(folder, '')
  made.release()
  const failed = await run.finished
  expect(failed.code).toBe(1)
  const { error, report } = JSON.parse(failed.stdout)
  expect({ error, report }).toMatchObject({
    error: { code: 'MAESTRO_BULLMQ_FOLDER', message: expect.stringContaining(`${folder} cannot be used: ENOTDIR`) },
    report: { status: 'failed' },
  })
  // Rows that a step refuses, and no other ones.
  expect(report.counts.rejected).toBeLessThanOrEqual(expectedOf(200).rejected)
  await worker.wrote('The shared folder cannot be used')
  renameSync(folder, `${folder}-file`)
  renameSync(`${folder}-away`, folder)
  const { code, stdout, stderr } = await made.run('resume', '--json').finished
  expect(code, stderr).toBe(0)
  expect(made.result({ stdout })).toMatchObject({
    output: expectedOf(200).output,
    counts: { rowsIn: 200, rejected: expectedOf(200).rejected },
  })
  expect(JSON.parse(stdout).warnings).toBeUndefined()
})
