import type { PartitionResult, RowPartition, StepWorkers, WorkerTask } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import type { Connection, HostSettings } from './connection.js'
import { HostEnded, StepHost } from './step-host.js'

export interface HostPoolSettings {
  /** Starts a thread or a process. */
  start(settings: HostSettings): Connection
  /** The number of threads or processes. */
  readonly width: number
  /** The most memory for the objects of each, in bytes. @default what Node.js gives it */
  readonly memory: number | undefined
}

/** The threads or processes of one task. One that ends is replaced. */
export class HostPool implements StepWorkers {
  readonly width: number
  // Shorter partitions cost more messages; longer ones leave a host without work at the end.
  readonly partition = { milliseconds: 20, leastRows: 1, mostRows: 256 }
  readonly #task: WorkerTask
  readonly #settings: HostPoolSettings
  readonly #hosts: StepHost[]
  /** The host that runs one partition at a time: those that were in a host that ended. */
  #careful: StepHost | undefined
  #carefulTurn: Promise<unknown> = Promise.resolve()
  #isDisposed = false

  private constructor(task: WorkerTask, settings: HostPoolSettings) {
    this.width = settings.width
    this.#task = task
    this.#settings = settings
    this.#hosts = Array.from({ length: settings.width }, () => this.#start())
  }

  /** Starts the hosts. @throws what a host says that cannot take the task, MAESTRO_WORKER_START */
  static async open(task: WorkerTask, settings: HostPoolSettings): Promise<HostPool> {
    const pool = new HostPool(task, settings)
    try {
      await Promise.all(pool.#hosts.map(({ ready }) => ready))
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
      if (!(error instanceof HostEnded) || this.#isDisposed) throw error
    }
    // The partitions of a host that ended run alone, because only one of them may be at fault.
    const turn = this.#carefulTurn.then(() => this.#runAlone(partition, signal))
    this.#carefulTurn = turn.catch(() => undefined)
    return turn
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    const careful = this.#careful === undefined ? [] : [this.#careful]
    await Promise.all([...this.#hosts, ...careful].map((host) => host.close()))
  }

  async #runAlone(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult> {
    signal.throwIfAborted()
    if (this.#careful?.isAlive !== true) this.#careful = this.#start()
    const host = this.#careful
    await host.ready
    try {
      return await host.run(partition)
    } catch (error) {
      if (!(error instanceof HostEnded) || this.#isDisposed) throw error
      throw maestroError('MAESTRO_WORKER_CRASHED', {
        steps: this.#task.steps,
        ids: partition.ids,
        reason: error.message,
      })
    }
  }

  #leastBusy(): StepHost {
    for (const [index, host] of this.#hosts.entries()) if (!host.isAlive) this.#hosts[index] = this.#start()
    return this.#hosts.reduce((least, host) => (host.load < least.load ? host : least))
  }

  #start(): StepHost {
    const { start, memory } = this.#settings
    return new StepHost(this.#task, start({ name: `maestro ${this.#task.stage}`, memory }))
  }
}
