import { setImmediate } from 'node:timers/promises'
import type { Executor } from '@maestro-dataflow/core'
import type { WrongPart } from './wrong-part.js'

type Execute = Executor['execute']

const executor = (execute: Execute): Executor => ({ name: 'wrong', execute, dispose: async () => undefined })

const notices = (fault: string, execute: Execute): WrongPart<Executor> => ({
  fault,
  part: executor(execute),
  code: 'MAESTRO_RUN_EXECUTOR',
})

/** Executors that do not run each partition once and to its end. */
export const wrongExecutors: readonly WrongPart<Executor>[] = [
  notices('runs nothing', async () => undefined),
  notices('runs each partition twice', async (partitions, run) => {
    for (const partition of partitions) await Promise.all([run(partition), run(partition)])
  }),
  notices('runs each partition again after it has ended', async (partitions, run) => {
    for (const partition of partitions) {
      await run(partition)
      await run(partition)
    }
  }),
  notices('keeps the refusal of a second time to itself', async (partitions, run) => {
    for (const partition of partitions) await Promise.allSettled([run(partition), run(partition)])
  }),
  notices('does not wait', async (partitions, run) => {
    for (const partition of partitions) void run(partition)
  }),
  notices('begins after it has ended', async (partitions, run) => {
    void setImmediate().then(() => {
      for (const partition of partitions) void run(partition)
    })
  }),
  notices('runs a partition of its own making', async (partitions, run) => {
    for (const { stage } of partitions) await run({ stage, index: 7 })
  }),
  notices('runs something that is not a partition', async (_partitions, run) => run(undefined as never)),
  {
    fault: 'throws after its partitions have ended well',
    part: executor(async (partitions, run) => {
      for (const partition of partitions) await run(partition)
      throw new RangeError('no room for the result')
    }),
    code: 'MAESTRO_STEP_FAILED',
  },
]

/** Executors that do not pass on the failure of a partition. A run ends with that failure all the same. */
export const silentExecutors: readonly Omit<WrongPart<Executor>, 'code'>[] = [
  {
    fault: 'keeps failures to itself',
    part: executor(async (partitions, run) => {
      for (const partition of partitions) await run(partition).catch(() => undefined)
    }),
  },
  {
    fault: 'keeps failures to itself and never ends',
    part: executor(async (partitions, run) => {
      for (const partition of partitions) await run(partition).catch(() => undefined)
      return new Promise(() => undefined)
    }),
  },
  {
    fault: 'throws something else',
    part: executor(async (partitions, run) => {
      for (const partition of partitions) await run(partition).catch(() => undefined)
      throw new RangeError('something failed')
    }),
  },
  {
    fault: 'drops the promise',
    part: executor(async (partitions, run) => {
      for (const partition of partitions) void run(partition)
    }),
  },
]
