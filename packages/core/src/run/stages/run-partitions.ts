import type { Executor, Partition } from '../../contracts/execution.js'
import type { Logger } from '../../contracts/logger.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { type Failure, type PartitionRun, watchExecutor } from './watch-executor.js'

/** What a stage needs of the run besides its partitions. */
export interface PartitionsContext {
  readonly signal: AbortSignal
  readonly logger: Logger
}

/**
 * Has an executor run the partitions of a stage, and checks that each partition runs exactly once and to its end. The
 * failure of a partition is thrown even if the executor ignores the promise that it receives. An executor that does not
 * end after its partitions is not waited for; while one runs nothing, the log says what is awaited.
 *
 * @throws the failure of a partition, the error of the executor itself, MAESTRO_RUN_EXECUTOR, MAESTRO_RUN_ABORTED
 */
export async function runPartitions(
  executor: Executor,
  partitions: readonly Partition[],
  work: (partition: Partition) => Promise<void>,
  { signal, logger }: PartitionsContext,
): Promise<void> {
  const runs = new Map<Partition, PartitionRun>()
  const faults: MaestroError[] = []
  const broken = Promise.withResolvers<unknown>()
  let ended = false
  const refuse = (fault: string): Promise<never> => {
    const error = maestroError('MAESTRO_RUN_EXECUTOR', { executor: executor.name, fault })
    faults.push(error)
    return handled(Promise.reject(error))
  }
  const run = (asked: Partition): Promise<void> => {
    // An executor may send partitions to another process and receive copies.
    const partition = partitions.find(({ stage, index }) => stage === asked?.stage && index === asked.index)
    if (partition === undefined) return refuse('ran a partition that it was not given')
    if (ended) return refuse(`ran partition ${partition.index} after it had ended`)
    if (runs.has(partition)) return refuse(`ran partition ${partition.index} twice`)
    const started: PartitionRun = { ended: false, done: Promise.resolve() }
    runs.set(partition, started)
    started.done = handled(work(partition).finally(() => (started.ended = true)))
    started.done.then(() => watch.onProgress(), broken.resolve)
    return started.done
  }

  const watch = watchExecutor({ executor, partitions, runs, logger })
  const stopped = whenAborted(signal)
  // An executor that hides a failure or ignores a stop does not delay the run.
  const executing = handled((async () => executor.execute(partitions, run, signal))())
  const outcome = await Promise.race([
    executing.then(() => undefined, asFailure),
    stopped.promise,
    broken.promise,
    watch.overdue,
  ])
  stopped.dispose()
  watch.dispose()
  ended = true
  const waited = [...runs.values()].every((started) => started.ended)
  // No work may continue after the run.
  for (const result of await Promise.allSettled([...runs.values()].map(({ done }) => done)))
    if (result.status === 'rejected') throw result.reason
  if (isFailure(outcome)) throw outcome.failure
  const forgotten = partitions.find((partition) => !runs.has(partition))
  if (forgotten !== undefined) void refuse(`did not run partition ${forgotten.index}`)
  else if (!waited) void refuse('did not wait for its partitions')
  const [fault] = faults
  if (fault !== undefined) throw fault
}

const asFailure = (failure: unknown): Failure => ({ failure })
const isFailure = (outcome: unknown): outcome is Failure =>
  typeof outcome === 'object' && outcome !== null && 'failure' in outcome

/** The same promise, but nobody has to await it: an unhandled rejection would end the process. */
function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined)
  return promise
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<Failure>; dispose(): void } {
  const { promise, resolve } = Promise.withResolvers<Failure>()
  const onAbort = () => resolve({ failure: maestroError('MAESTRO_RUN_ABORTED', {}, signal.reason) })
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return { promise, dispose: () => signal.removeEventListener('abort', onAbort) }
}
