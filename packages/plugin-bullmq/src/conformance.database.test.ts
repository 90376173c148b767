import { describeResponseCache, describeSharedLimits } from '@maestro-dataflow/testkit/vitest'
import { describe } from 'vitest'
import { quietLogger } from './__fixtures__/quiet-logger.js'
import { anyNamespace, servers } from './__fixtures__/servers.js'
import { PostgresCache, PostgresLimits, RedisCache, RedisLimits } from './index.js'

describe.each(servers)('on $name', ({ name, url }) => {
  const Limits = name === 'Redis' ? RedisLimits : PostgresLimits
  const Cache = name === 'Redis' ? RedisCache : PostgresCache

  const shared = { url, namespace: anyNamespace() }
  describeSharedLimits(() => new Limits(shared))

  let last = anyNamespace()
  const open = () => new Cache({ url, namespace: last, ttl: undefined }, quietLogger)
  const openNew = () => {
    last = anyNamespace()
    return open()
  }
  describeResponseCache(openNew, { reopen: open })
})
