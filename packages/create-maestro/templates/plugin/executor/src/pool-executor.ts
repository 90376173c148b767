import type { Executor, Partition } from '@maestro-dataflow/core'

/** Runs up to `size` partitions at once in this process. */
export class PoolExecutor implements Executor {
  readonly name = 'acme.pool'
  readonly #size: number

  constructor(size: number) {
    this.#size = size
  }

  async execute(
    partitions: Iterable<Partition>,
    run: (partition: Partition) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    // All workers take from one iterator, so that each partition runs once.
    const waiting = partitions[Symbol.iterator]()
    const failures: unknown[] = []
    const work = async () => {
      while (failures.length === 0 && !signal.aborted) {
        const next = waiting.next()
        if (next.done === true) return
        await run(next.value).catch((error) => failures.push(error))
      }
    }
    // After a failure, the partitions that are under way still run to their end.
    await Promise.all(Array.from({ length: this.#size }, work))
    signal.throwIfAborted()
    if (failures.length > 0) throw failures[0]
  }

  async dispose(): Promise<void> {}
}
