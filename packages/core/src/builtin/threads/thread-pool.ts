import type { PartitionResult, RowPartition, StepWorkers, WorkerTask } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import { StepThread, ThreadEnded } from './step-thread.js'

export interface ThreadPoolSettings {
  /** The number of threads. */
  readonly threads: number
  /** The most memory for the objects of each thread, in bytes. @default what Node.js gives it */
  readonly memory?: number | undefined
}

/** The threads of one task. A thread that ends is replaced. */
export class ThreadPool implements StepWorkers {
  readonly width: number
  // Shorter partitions cost more messages; longer ones leave a thread without work at the end.
  readonly partition = { milliseconds: 20, leastRows: 1, mostRows: 256 }
  readonly #task: WorkerTask
  readonly #memory: number | undefined
  readonly #threads: StepThread[]
  /** The thread that runs one partition at a time: those that were in a thread that ended. */
  #careful: StepThread | undefined
  #carefulTurn: Promise<unknown> = Promise.resolve()
  #isDisposed = false

  private constructor(task: WorkerTask, { threads, memory }: ThreadPoolSettings) {
    this.width = threads
    this.#task = task
    this.#memory = memory
    this.#threads = Array.from({ length: threads }, () => this.#start())
  }

  /** Starts the threads. @throws what a thread says that cannot take the task, MAESTRO_WORKER_START */
  static async open(task: WorkerTask, settings: ThreadPoolSettings): Promise<ThreadPool> {
    const pool = new ThreadPool(task, settings)
    try {
      await Promise.all(pool.#threads.map(({ ready }) => ready))
      return pool
    } catch (error) {
      await pool.dispose()
      throw error
    }
  }

  /** @throws MAESTRO_WORKER_CRASHED, MAESTRO_WORKER_START */
  async run(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult> {
    signal.throwIfAborted()
    try {
      if (!partition.isSuspect) return await this.#leastBusy().run(partition)
    } catch (error) {
      if (!(error instanceof ThreadEnded) || this.#isDisposed) throw error
    }
    // The partitions of a thread that ended run alone, because only one of them may be at fault.
    const turn = this.#carefulTurn.then(() => this.#runAlone(partition, signal))
    this.#carefulTurn = turn.catch(() => undefined)
    return turn
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    const careful = this.#careful === undefined ? [] : [this.#careful]
    await Promise.all([...this.#threads, ...careful].map((thread) => thread.close()))
  }

  async #runAlone(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult> {
    signal.throwIfAborted()
    if (this.#careful?.isAlive !== true) this.#careful = this.#start()
    const thread = this.#careful
    await thread.ready
    try {
      return await thread.run(partition)
    } catch (error) {
      if (!(error instanceof ThreadEnded) || this.#isDisposed) throw error
      throw maestroError('MAESTRO_WORKER_CRASHED', {
        steps: this.#task.steps,
        ids: partition.ids,
        reason: error.message,
      })
    }
  }

  #leastBusy(): StepThread {
    for (const [index, thread] of this.#threads.entries()) if (!thread.isAlive) this.#threads[index] = this.#start()
    return this.#threads.reduce((least, thread) => (thread.load < least.load ? thread : least))
  }

  #start(): StepThread {
    return new StepThread(this.#task, this.#memory)
  }
}
