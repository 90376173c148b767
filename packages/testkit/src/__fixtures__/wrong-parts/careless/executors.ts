import { type Executor, MaestroError, type Partition, type SentOutcome } from '@maestro-dataflow/core'
import { executor, inTurn, withWorkers } from '../executors-for-the-suite.js'

const withoutRejects = (outcome: SentOutcome): SentOutcome =>
  outcome !== null && 'split' in outcome
    ? { ...outcome, into: outcome.into.filter((child) => child === null || !('rejected' in child)) }
    : outcome
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Executors of careless authors, each with the rule that finds it. */
export const carelessExecutors: readonly { fault: string; make: () => Executor; rule: string }[] = [
  { fault: 'ends at the first failure while other partitions still run', rule: 'reports the first of several failures, when no partition runs any more', make: () => executor(async (partitions, run) => { await Promise.all([...partitions].map(run)) }) },
  { fault: 'runs a partition again if its error may be retried', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run, signal) => { for (const partition of partitions) { signal.throwIfAborted(); await run(partition).catch((error) => { if (MaestroError.is(error) && error.retryable) return run(partition); throw error }) } }) },
  { fault: 'throws at once instead of rejecting', rule: 'starts no partition after its signal has fired, and ends', make: () => executor(((partitions: Iterable<Partition>, run: never, signal: AbortSignal) => { if (signal.aborted) throw new RangeError('stopped'); return inTurn(partitions, run, signal) }) as never) },
  { fault: 'reports the last of several failures', rule: 'reports the first of several failures, when no partition runs any more', make: () => executor(async (partitions, run) => { const all = await Promise.allSettled([...partitions].map(run)); const failed = all.findLast((one) => one.status === 'rejected'); if (failed !== undefined) throw failed.reason }) },
  { fault: 'gathers failures in an AggregateError', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { const all = await Promise.allSettled([...partitions].map(run)); const failed = all.filter((one) => one.status === 'rejected'); if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason)) }) },
  { fault: 'gives up a partition after a time', rule: 'starts no partition after its signal has fired, and ends', make: () => executor(async (partitions, run) => { for (const partition of partitions) await Promise.race([run(partition), wait(20)]) }) },
  { fault: 'runs each partition under the number of the first stage', rule: 'two concurrent executions do not affect each other', make: () => executor(async (partitions, run, signal) => { for (const { index } of partitions) { signal.throwIfAborted(); await run({ stage: 0, index }) } }) },
  { fault: 'goes on with further partitions after a failure', rule: 'starts no partition after one has failed', make: () => executor(async (partitions, run, signal) => { let failure: { error: unknown } | undefined; for (const partition of partitions) { signal.throwIfAborted(); await run(partition).catch((error) => { failure ??= { error } }) } if (failure !== undefined) throw failure.error }) },
  { fault: 'sets a variable of the environment', rule: 'changes nothing else in the process', make: () => executor(async (partitions, run, signal) => { process.env.ACME_WORKERS = '2'; await inTurn(partitions, run, signal) }) },
  { fault: 'has workers that lose the rejects', rule: 'a run with its workers gives what a run without them gives', make: () => withWorkers((result) => ({ ...result, outcomes: result.outcomes.map(withoutRejects) })) },
  { fault: 'prints to standard output', rule: 'changes nothing else in the process', make: () => executor(async (partitions, run, signal) => { console.log('working'); await inTurn(partitions, run, signal) }) },
]
