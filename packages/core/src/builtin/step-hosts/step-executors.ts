import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Executor } from '../../contracts/execution.js'
import type { WorkerPool } from '../../contracts/step-workers.js'
import { defineExecutor } from '../../define/define-component.js'
import { byteSize } from '../../define/options/byte-size.js'
import { createLocalExecutor } from '../local-executor.js'
import type { Connection, HostSettings } from './connection.js'

/** How many threads or processes run the steps of rows, and how large they may become. */
export interface StepHostSettings {
  /** The number of threads or processes. */
  readonly width: number
  /** The most memory for the objects of each, in bytes. @default what Node.js gives it */
  readonly memory?: number | undefined
}

/** Runs the steps of rows in threads of this process. Steps over whole tables and everything else run as in `local`. */
export function createThreadsExecutor(settings: StepHostSettings): Executor {
  return createExecutor('threads', settings, loadThreads)
}

const loadThreads = async () => (await import('./start-thread.js')).startThread

/** The same in processes on this machine, of which each may crash alone. */
export function createProcessesExecutor(settings: StepHostSettings): Executor {
  return createExecutor('processes', settings, async () => (await import('./start-process.js')).startProcess)
}

function createExecutor(
  name: string,
  { width, memory }: StepHostSettings,
  load: () => Promise<(settings: HostSettings) => Connection>,
  others: Pick<WorkerPool, 'startsWhenBusy'> = {},
): Executor {
  return {
    ...createLocalExecutor(),
    name,
    workers: {
      asksServings: false,
      clonesRows: true,
      ...others,
      async open(task) {
        const { HostPool } = await import('./host-pool.js')
        return HostPool.open(task, { start: await load(), width, memory })
      },
    },
  }
}

const count = z.number().int().positive().optional()
const othersThanThisOne = () => Math.max(1, availableParallelism() - 1)

const threadOptions = z.strictObject({
  /** The number of threads. @default the number of processors less one, and at least 1; of `automatic`, at least 2 */
  threads: count,
  /** The most memory for the objects of each thread. @default what Node.js gives to a thread */
  memory: byteSize().optional(),
})

/** The default executor of core. */
export const automatic = defineExecutor({
  name: 'automatic',
  description: 'Runs steps in this thread, and stateless ones in several threads once they have kept it busy',
  options: threadOptions,
  workers: { asksServings: false, startsWhenBusy: true },
  create: ({ threads: width = Math.max(2, othersThanThisOne()), memory }) =>
    createExecutor('automatic', { width, memory }, loadThreads, { startsWhenBusy: true }),
})

/** The executor `threads` of core. */
export const threads = defineExecutor({
  name: 'threads',
  description: 'Runs the steps of rows in threads, on several processor cores',
  options: threadOptions,
  workers: { asksServings: false },
  create: ({ threads: width = othersThanThisOne(), memory }) => createThreadsExecutor({ width, memory }),
})

/** The executor `processes` of core. */
export const processes = defineExecutor({
  name: 'processes',
  description: 'Runs the steps of rows in processes, which may crash without ending the run',
  options: z.strictObject({
    /** The number of processes. @default the number of processors less one, and at least 1 */
    processes: count,
    /** The most memory for the objects of each process. @default what Node.js gives to a process */
    memory: byteSize().optional(),
  }),
  workers: { asksServings: false },
  create: ({ processes: width = othersThanThisOne(), memory }) => createProcessesExecutor({ width, memory }),
})
