import { defineConfig, env } from '@maestro-dataflow/core'
import config from './maestro.config.ts'

const url = env('QUEUE_URL', 'redis://127.0.0.1:6379')

// The same project with workers: the pipelines do not know of them.
export default defineConfig({
  ...config,
  plugins: [...(config.plugins ?? []), '@maestro-dataflow/plugin-bullmq'],
  executor: { use: 'bullmq.queue', url, rows: 8 },
  limits: { use: 'bullmq.limits', url },
  cache: { use: 'bullmq.cache', url },
})
