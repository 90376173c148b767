import type { Executor } from '../contracts/execution.js'

/** Runs partitions one after the other in this thread. The rows within a partition already overlap. */
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
