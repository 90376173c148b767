import { defineCache, defineExecutor, definePlugin, defineSharedLimits, LOGGER, PROJECT } from '@maestro-dataflow/core'
import { cacheOptions } from './answers/cache-options.js'
import { PostgresCache } from './answers/postgres-cache.js'
import { RedisCache } from './answers/redis-cache.js'
import { PostgresLimits } from './limits/postgres-limits.js'
import { RedisLimits } from './limits/redis-limits.js'
import { QueueExecutor } from './queue/queue-executor.js'
import { queueOptions } from './queue/queue-options.js'
import { isPostgres, serverOptions } from './server-options.js'

const limits = defineSharedLimits({
  name: 'bullmq.limits',
  description: 'Limits and budgets that all processes share, on a Redis or PostgreSQL server',
  options: serverOptions,
  create: (options) => (isPostgres(options) ? new PostgresLimits(options) : new RedisLimits(options)),
})

const cache = defineCache({
  name: 'bullmq.cache',
  description: 'Answers on a Redis or PostgreSQL server, for all processes',
  options: cacheOptions,
  inject: [LOGGER],
  create: (options, [logger]) =>
    isPostgres(options) ? new PostgresCache(options, logger) : new RedisCache(options, logger),
})

const queue = defineExecutor({
  name: 'bullmq.queue',
  description: 'Workers on any machine run the steps of rows, through a BullMQ queue on Redis or PostgreSQL',
  options: queueOptions,
  workers: { asksServings: true },
  inject: [PROJECT],
  create: (options, [project]) => new QueueExecutor(options, project),
})

/** Lets many processes run one pipeline, and share limits, budgets, and answers. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-bullmq',
  manifest: new URL('../package.json', import.meta.url),
  caches: [cache],
  executors: [queue],
  limits: [limits],
})
