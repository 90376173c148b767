import { duration } from '@maestro-dataflow/core'
import type { z } from 'zod'
import { serverOptions } from '../server-options.js'

/** The options of `bullmq.cache`. */
export const cacheOptions = serverOptions.extend({
  /** How long an answer is valid. @default no limit */
  ttl: duration().optional(),
})

/** The options of the response cache in Redis. */
export type CacheOptionsInput = z.input<typeof cacheOptions>
export type CacheOptions = z.output<typeof cacheOptions>
