import type { Executor, Partition } from '../../contracts/execution.js'
import type { Logger } from '../../contracts/logger.js'
import { maestroError } from '../../errors/error-table.js'

/** How long, in milliseconds, an executor may take to end after its last partition. */
const patience = 10_000
/** How often, in milliseconds, the log says what the run waits for while an executor runs nothing. */
const silence = 30_000

export interface PartitionRun {
  ended: boolean
  done: Promise<void>
}

export interface Failure {
  readonly failure: unknown
}

/** An executor at work. */
interface WatchedExecutor {
  readonly executor: Executor
  readonly partitions: readonly Partition[]
  /** The partitions that it has started so far. */
  readonly runs: ReadonlyMap<Partition, PartitionRun>
  readonly logger: Logger
}

interface ExecutorWatch {
  /** Resolves when the executor should have ended. */
  readonly overdue: Promise<Failure>
  /** To be called when a partition has ended. */
  onProgress(): void
  dispose(): void
}

/**
 * Notices an executor that never ends. It may take as long as it needs until it starts a partition, because it may wait
 * for another machine: the log then says what the run waits for.
 */
export function watchExecutor({ executor, partitions, runs, logger }: WatchedExecutor): ExecutorWatch {
  const { name } = executor
  const overdue = Promise.withResolvers<Failure>()
  const isIdle = () => [...runs.values()].every(({ ended }) => ended)
  const fail = () => {
    const fault = `did not end within ${patience / 1000} s after its last partition`
    overdue.resolve({ failure: maestroError('MAESTRO_RUN_EXECUTOR', { executor: name, fault }) })
  }
  const explain = () => {
    const next = partitions.find((partition) => !runs.has(partition))
    if (next === undefined || !isIdle()) return
    logger.warn(`The executor ${name} runs nothing. The run waits for it to start partition ${next.index}.`)
  }
  // It does not keep a process alive in which nothing can happen any more.
  const awaiting = setInterval(explain, silence).unref()
  let ending: NodeJS.Timeout | undefined
  return {
    overdue: overdue.promise,
    onProgress() {
      if (runs.size === partitions.length && isIdle()) ending ??= setTimeout(fail, patience)
    },
    dispose() {
      clearInterval(awaiting)
      clearTimeout(ending)
    },
  }
}
