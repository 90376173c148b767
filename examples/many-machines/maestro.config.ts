import { defineConfig, env } from '@maestro-dataflow/core'

const url = env('QUEUE_URL', 'redis://127.0.0.1:6379')

// Where the rows go between the processes, and what they share. The pipeline does not know of it.
export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-bullmq'],
  pipelines: 'pipelines/*.ts',
  executor: { use: 'bullmq.queue', url, folder: 'shared', rows: 50 },
  limits: { use: 'bullmq.limits', url },
  cache: { use: 'bullmq.cache', url },
})
