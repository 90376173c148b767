// Workers in processes of their own, on real servers, and what can happen to them. The output is that of one machine.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CutProxy, startCutProxy } from '../servers/cut-proxy.ts'
import type { StartedServer } from '../servers/database-server.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { expected, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

function project(server: StartedServer, options: object = {}): WorkersProject {
  const made = new WorkersProject(urlOf(server), options)
  cleanUp.push(() => made.remove())
  return made
}

/** The run has ended well, with each row once. */
async function expectSame(
  made: WorkersProject,
  run: {
    readonly finished: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  },
): Promise<void> {
  const finished = await run.finished
  expect(finished.code, finished.stderr).toBe(0)
  const { output, counts } = made.result(finished)
  expect(output).toBe(expected.output)
  expect(counts).toMatchObject({ rowsIn: 600, rejected: expected.rejected })
}

const kinds = [
  { name: 'Redis', start: () => startRedis(true) },
  { name: 'PostgreSQL', start: () => startPostgres() },
]

describe.each(kinds)('workers on $name', ({ name, start }) => {
  let server: StartedServer | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())
  const started = (): StartedServer => {
    if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
    return server
  }

  test('two of them do all the work, and the output is that of one process', async () => {
    const made = project(started())
    const workers = [made.worker('--concurrency', '2'), made.worker()]
    await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
    made.hold(0)
    const run = made.run()
    await made.untilRanBy(2)
    const listed = await made.workers()
    expect(listed.map(({ concurrency }) => concurrency).toSorted()).toEqual([1, 2])
    expect(listed.flatMap(({ tasks }) => tasks.map(({ steps }) => steps))).toContainEqual(['1-map', '2-filter'])
    made.release()
    await expectSame(made, run)
    expect(new Set(made.ran().map(({ pid }) => pid)).size).toBe(2)
    expect(made.ran()).toHaveLength(600)
    for (const { process } of workers) process.kill('SIGTERM')
    expect((await Promise.all(workers.map(({ finished }) => finished))).map(({ code }) => code)).toEqual([0, 0])
  })

  test('one worker is killed, another stands still beyond its lease, and no row is lost or doubled', async () => {
    const made = project(started(), { lease: '2s' })
    made.worker()
    made.worker()
    made.worker('--concurrency', '2')
    made.hold(0)
    const run = made.run()
    const [killed, stopped] = await made.untilRanBy(3)
    if (killed === undefined || stopped === undefined) throw new Error('not enough workers')
    process.kill(killed, 'SIGKILL')
    process.kill(stopped, 'SIGSTOP')
    made.release()
    // Its lease has ended when another worker runs what it had begun.
    await made.until((ran) => {
      const begun = new Set(ran.filter(({ pid }) => pid === stopped).map(({ id }) => id))
      return ran.some(({ id, pid }) => pid !== stopped && begun.has(id))
    })
    process.kill(stopped, 'SIGCONT')
    await expectSame(made, run)
    const twice = made.ran().length - new Set(made.ran().map(({ id }) => id)).size
    // Only what was in progress at the two was run again.
    expect(twice).toBeLessThanOrEqual(2 * 20 * 2)
  })

  test('the server is restarted during the run', async () => {
    const made = project(started())
    made.worker()
    made.worker()
    made.hold(100)
    const run = made.run()
    await made.untilRan(100)
    await started().restart()
    made.release()
    await expectSame(made, run)
  })

  test('the process of the run is killed, and resumed', async () => {
    const made = project(started())
    made.worker('--concurrency', '2')
    made.hold(200)
    const run = made.run()
    await made.untilRan(200)
    await made.kill(run)
    made.release()
    await expectSame(made, made.run('resume', '--json'))
    // What the workers had finished was not run again.
    expect(made.ran().length).toBeLessThanOrEqual(600 + 2 * 20)
  })

  test('a worker is told to end: it finishes its partitions, and the others do the rest', async () => {
    const made = project(started())
    const leaving = made.worker()
    made.worker()
    made.hold(100)
    const run = made.run()
    await made.untilRan(100)
    leaving.process.kill('SIGTERM')
    made.release()
    expect((await leaving.finished).code).toBe(0)
    await expectSame(made, run)
    expect(made.ran()).toHaveLength(600)
  })
})

describe('workers', () => {
  const redis = async (persistent: boolean) => {
    const server = await startRedis(persistent)
    if (server === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
    cleanUp.push(server.stop)
    return server
  }

  test('go on when Redis is restarted and has forgotten everything', async () => {
    const server = await redis(false)
    const made = project(server)
    made.worker()
    made.worker()
    made.hold(100)
    const run = made.run()
    await made.untilRan(100)
    await server.restart()
    made.release()
    await expectSame(made, run)
  })

  test('go on when the network to the server is cut for a while', async () => {
    const server = await redis(true)
    const proxy: CutProxy = await startCutProxy(server.address.port)
    cleanUp.push(() => proxy.close())
    const made = project({ ...server, address: { ...server.address, port: proxy.port } }, { lease: '2s' })
    made.worker()
    made.worker()
    made.hold(100)
    const run = made.run()
    await made.untilRan(100)
    proxy.cut()
    made.release()
    await sleep(4000)
    proxy.mend()
    await expectSame(made, run)
  })

  test('with a tag run the steps that need it, and their log names run, partition, and attempt', async () => {
    const made = project(await redis(false), { tags: { '1-map': 'gpu' }, wait: '60s' })
    made.input(40)
    const plain = made.worker('--verbose')
    const run = made.run()
    await plain.wrote('Waits for runs')
    const tagged = made.worker('--verbose', '--tags', 'gpu')
    const { code, stdout, stderr } = await run.finished
    expect(code, stderr).toBe(0)
    const { runId, warnings } = JSON.parse(stdout)
    expect(warnings).toBeUndefined()
    expect(made.ran()).toHaveLength(40)
    for (const one of [plain, tagged]) one.process.kill('SIGTERM')
    const [without, withTag] = await Promise.all([plain.finished, tagged.finished])
    expect(without.stderr).not.toContain('Ran a partition')
    expect(withTag.stderr).toMatch(new RegExp(`Ran a partition run=${runId} partition=\\d+ attempt=1 rows=\\d+`))
  })

  test('with another version of the pipeline refuse, and the run says why it did the work itself', async () => {
    const made = project(await redis(false))
    const other = new WorkersProject(urlOf(await redis(false)))
    cleanUp.push(() => other.remove())
    // The same folder and server, but another project.
    const folder = `${made.folder}/.maestro/workers`
    const config = {
      plugins: ['@maestro-dataflow/plugin-bullmq', '@maestro-dataflow/plugin-fs'],
      pipelines: 'pipelines/*',
      executor: { use: 'bullmq.queue', url: 'redis://127.0.0.1:1', folder },
    }
    other.write('maestro.config.json', config)
    other.write(
      'pipelines/work.js',
      `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map((row) => ({ ...row, twice: 'another' }))
  .filter((row) => row.n % 3 !== 0)
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`,
    )
    const worker = other.worker()
    await worker.wrote('Waits for runs')
    const run = made.run()
    await worker.wrote('The worker finds other steps in the pipeline work than the run')
    await expectSame(made, run)
    const { warnings } = JSON.parse((await run.finished).stdout)
    expect(JSON.stringify(warnings)).toContain('cannot take part in this run')
  })
})
