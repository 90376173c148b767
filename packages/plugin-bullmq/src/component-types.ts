import type { CacheOptionsInput } from './answers/cache-options.js'
import type { ServerOptionsInput } from './server-options.js'

declare module '@maestro-dataflow/core' {
  interface CacheTypes {
    'bullmq.cache': CacheOptionsInput
  }
  interface SharedLimitsTypes {
    'bullmq.limits': ServerOptionsInput
  }
}
