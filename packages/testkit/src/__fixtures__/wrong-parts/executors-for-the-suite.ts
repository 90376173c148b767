import type { Executor, Partition, PartitionResult, WorkerPool, WorkerTask } from '@maestro-dataflow/core'

type Execute = Executor['execute']

export const executor = (execute: Execute, more: Partial<Executor> = {}): Executor => ({
  name: 'acme.tested',
  execute,
  dispose: async () => undefined,
  ...more,
})

export const inTurn: Execute = async (partitions, run, signal) => {
  for (const partition of partitions) {
    signal.throwIfAborted()
    await run(partition)
  }
}

/** Workers in this process, whose results may be changed. */
export const withWorkers = (change: (result: PartitionResult) => PartitionResult): Executor & { readonly workers: WorkerPool } => ({
  ...executor(inTurn),
  workers: {
    asksServings: false,
    async open(task) {
      const { openSteps } = await import('@maestro-dataflow/core/runtime')
      const steps = await openSteps(task)
      return {
        width: 2,
        partition: { milliseconds: 10, leastRows: 1, mostRows: 20 },
        run: async (partition, signal) =>
          change(JSON.parse(JSON.stringify(await steps.run(JSON.parse(JSON.stringify(partition)), signal)))),
        dispose: () => steps.dispose(),
      }
    },
  },
})

export const rightExecutor = (): Executor => executor(inTurn)

/** A right one with workers, which it reaches as text. */
export const rightExecutorWithWorkers = (): Executor => withWorkers((result) => result)

let queue: Partition[] = []

/** Executors that are wrong, each with the rule that finds it. */
export const executorsForTheSuite: readonly { fault: string; make: () => Executor; rule: string }[] = [
  { fault: 'has no name', rule: 'has a name', make: () => executor(inTurn, { name: '' }) },
  { fault: 'does not wait', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { for (const partition of partitions) void run(partition) }) },
  { fault: 'runs each partition twice', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { for (const partition of partitions) { await run(partition); await run(partition) } }) },
  { fault: 'leaves out the last partition', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { for (const partition of [...partitions].slice(0, -1)) await run(partition) }) },
  { fault: 'fails without a partition', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { const [first, ...others] = partitions; await run({ ...(first as Partition) }); if (first === undefined) throw new RangeError('none'); for (const other of others) await run(other) }) },
  { fault: 'reads the iterable twice', rule: 'takes partitions from an iterable that can be read once', make: () => executor(async (partitions, run) => { const count = [...partitions].length; let n = 0; for (const partition of partitions) { await run(partition); if (++n === count) return } }) },
  { fault: 'keeps failures to itself', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { await Promise.allSettled([...partitions].map(run)) }) },
  { fault: 'wraps failures', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition).catch((error) => { throw new TypeError('a partition failed', { cause: error }) }) }) },
  { fault: 'tells failures by their truth', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { let failure: unknown; for (const partition of partitions) await run(partition).catch((error) => { failure = error }); if (failure) throw failure }) },
  { fault: 'does not listen to its signal', rule: 'starts no partition after its signal has fired, and ends', make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition) }) },
  { fault: 'cannot be used after a failure', rule: 'can be used again, also after a failure', make: () => { let broken = false; return executor(async (partitions, run) => { if (broken) return; for (const partition of partitions) await run(partition).catch((error) => { broken = true; throw error }) }) } },
  { fault: 'keeps its partitions in a variable of its module', rule: 'two concurrent executions do not affect each other', make: () => executor(async (partitions, run) => { queue = [...partitions]; while (queue.length > 0) await run(queue.shift() as Partition) }) },
  { fault: 'cannot be freed twice', rule: 'can be disposed of twice, and before it is used', make: () => { let freed = false; return executor(inTurn, { dispose: async () => { if (freed) throw new RangeError('gone'); freed = true } }) } },
  { fault: 'runs a failed partition again', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition).catch(() => run(partition)) }) },
  { fault: 'leaves a timer', rule: 'frees what it holds', make: () => executor(async (partitions, run, signal) => { setInterval(() => undefined, 100_000); await inTurn(partitions, run, signal) }) },
  { fault: 'leaves a listener on its signal', rule: 'frees what it holds', make: () => executor(async (partitions, run, signal) => { signal.addEventListener('abort', () => undefined); await inTurn(partitions, run, signal) }) },
  { fault: 'is never freed', rule: 'can be disposed of twice, and before it is used', make: () => executor(inTurn, { dispose: () => new Promise(() => undefined) }) },
  { fault: 'changes the partitions', rule: 'a run with it succeeds', make: () => executor(async (partitions, run) => { for (const { stage, index } of partitions) await run({ stage, index: index + 1 }) }) },
  { fault: 'has workers that mix up rows', rule: 'a run with its workers gives what a run without them gives', make: () => withWorkers((result) => ({ ...result, outcomes: result.outcomes.toReversed() })) },
  { fault: 'has workers that take any steps', rule: 'its workers refuse steps that are not those of the run', make: () => { let first: WorkerTask | undefined; const { workers } = withWorkers((result) => result); return executor(inTurn, { workers: { ...workers, open(task, context) { first ??= task; return workers.open(first, context) } } }) } },
]
