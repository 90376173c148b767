import { defineExecutor, definePlugin } from '@maestro-dataflow/core'
import { z } from 'zod'
import { PoolExecutor } from './pool-executor.js'

export { PoolExecutor }

const poolOptions = z.strictObject({
  /** The number of partitions that run at once. @default 4 */
  size: z.number().int().positive().default(4),
})

// With this, the editor knows the options in the config.
declare module '@maestro-dataflow/core' {
  interface ExecutorTypes {
    'acme.pool': z.input<typeof poolOptions>
  }
}

const pool = defineExecutor({
  name: 'acme.pool',
  description: 'Runs several partitions at once in this process',
  options: poolOptions,
  create: ({ size }) => new PoolExecutor(size),
})

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  executors: [pool],
})
