import type { CacheOptionsInput } from './answers/cache-options.js'
import type { QueueOptionsInput } from './queue/queue-options.js'
import type { ServerOptionsInput } from './server-options.js'

declare module '@maestro-dataflow/core' {
  interface CacheTypes {
    'bullmq.cache': CacheOptionsInput
  }
  interface ExecutorTypes {
    'bullmq.queue': QueueOptionsInput
  }
  interface SharedLimitsTypes {
    'bullmq.limits': ServerOptionsInput
  }
}
