import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Executor } from '../../contracts/execution.js'
import { defineExecutor } from '../../define/define-component.js'
import { byteSize } from '../../define/options/byte-size.js'
import { createLocalExecutor } from '../local-executor.js'
import type { ThreadPoolSettings } from './thread-pool.js'

/** Runs the steps of rows in threads of this process. Steps over whole tables and everything else run as in `local`. */
export function createThreadsExecutor(settings: ThreadPoolSettings): Executor {
  return {
    ...createLocalExecutor(),
    name: 'threads',
    workers: {
      asksServings: false,
      clonesRows: true,
      async open(task) {
        const { ThreadPool } = await import('./thread-pool.js')
        return ThreadPool.open(task, settings)
      },
    },
  }
}

const options = z.strictObject({
  /** The number of threads. @default the number of processors less one, and at least 1 */
  threads: z.number().int().positive().optional(),
  /** The most memory for the objects of each thread. @default what Node.js gives to a thread */
  memory: byteSize().optional(),
})

/** The executor `threads` of core. */
export const threads = defineExecutor({
  name: 'threads',
  description: 'Runs the steps of rows in threads, on several processor cores',
  options,
  workers: { asksServings: false },
  create: ({ threads = Math.max(1, availableParallelism() - 1), memory }) => createThreadsExecutor({ threads, memory }),
})
