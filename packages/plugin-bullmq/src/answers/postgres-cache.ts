import type { Logger } from '@maestro-dataflow/core'
import type { CacheOptions } from './cache-options.js'
import { PostgresAnswers } from './postgres-answers.js'
import { SharedCache } from './shared-cache.js'

/** The answers of all processes on a PostgreSQL server. */
export class PostgresCache extends SharedCache {
  constructor(options: CacheOptions, logger: Logger) {
    super(new PostgresAnswers(options), options.ttl, logger)
  }
}
