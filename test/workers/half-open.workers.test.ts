// Networks that lose bytes and close nothing: neither side learns that the other one is away.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { startCutProxy } from '../servers/cut-proxy.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'
import { expectedOf, WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

const cases = [
  { name: 'Redis', start: () => startRedis(true), directions: ['to the server', 'to the client'] },
  { name: 'PostgreSQL', start: () => startPostgres(), directions: ['to the client'] },
] as const

test.each(cases)(
  'the network to $name swallows bytes $directions, and the connections of that time are lost',
  async ({ name, start, directions }) => {
    const server = await start()
    if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
    cleanUp.push(server.stop)
    const proxy = await startCutProxy(server.address.port)
    cleanUp.push(() => proxy.close())
    const through = { ...server, address: { ...server.address, port: proxy.port } }
    const made = new WorkersProject(urlOf(through), { lease: '1s' })
    cleanUp.push(() => made.remove())
    made.input(200)
    made.worker()
    made.worker()
    made.hold(60)
    const run = made.run()
    await made.untilRan(60)
    proxy.swallow(...directions)
    made.release()
    await sleep(500)
    proxy.mend()
    const finished = await run.finished
    expect(finished.code, finished.stderr).toBe(0)
    const { output, counts } = made.result(finished)
    const expected = expectedOf(200)
    expect(output).toBe(expected.output)
    expect(counts).toMatchObject({ rowsIn: 200, rejected: expected.rejected })
  },
)
