import type { Executor } from '../contracts/execution.js'

/** Runs partitions one after the other in this thread; rows within one already overlap. */
export function createLocalExecutor(): Executor {
  return {
    name: 'local',
    async execute(partitions, run, signal) {
      for (const partition of partitions) {
        signal.throwIfAborted()
        await run(partition)
      }
    },
    dispose: async () => {},
  }
}
