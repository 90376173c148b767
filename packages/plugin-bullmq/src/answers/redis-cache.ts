import type { Logger } from '@maestro-dataflow/core'
import type { CacheOptions } from './cache-options.js'
import { RedisAnswers } from './redis-answers.js'
import { SharedCache } from './shared-cache.js'

/** The answers of all processes on a Redis or Valkey server. */
export class RedisCache extends SharedCache {
  constructor(options: CacheOptions, logger: Logger) {
    super(new RedisAnswers(options), options.ttl, logger)
  }
}
