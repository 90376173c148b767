// Shared limits over a network that loses bytes and closes nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresLimits, RedisLimits } from '@maestro-dataflow/plugin-bullmq'
import { afterEach, expect, test } from 'vitest'
import { startCutProxy } from '../servers/cut-proxy.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

const kinds = [
  { name: 'Redis', start: () => startRedis(), Limits: RedisLimits },
  { name: 'PostgreSQL', start: () => startPostgres(), Limits: PostgresLimits },
]
const place = { account: 'a', model: 'm' }
const call = { holder: 'h', leaseMs: 15_000, limits: {}, inFlight: 0, tokens: 0, penaltyMs: 0, calls: [1] }

test.each(kinds)(
  'limits on $name come back on another connection when one is lost without a word',
  async ({ name, start, Limits }) => {
    const server = await start()
    if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
    cleanUp.push(server.stop)
    const proxy = await startCutProxy(server.address.port)
    cleanUp.push(() => proxy.close())
    const through = { ...server, address: { ...server.address, port: proxy.port } }
    const limits = new Limits({ url: urlOf(through), namespace: 'half_open' })
    cleanUp.push(() => limits.dispose())
    expect(await limits.exchange(place, call)).toMatchObject({ granted: 1 })
    proxy.swallow('to the client')
    const lost = limits.exchange(place, call)
    lost.catch(() => undefined)
    // The server has answered, and nobody learns of it.
    while (proxy.swallowed === 0) await sleep(5)
    proxy.mend()
    await expect(lost).rejects.toThrow(/timed? ?out/i)
    expect(await limits.exchange(place, call)).toMatchObject({ granted: 1 })
  },
)
