import type { PartitionResult, RowPartition, WorkerTask } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { fromErrorData } from '../../provider/error-data.js'
import type { Connection } from './connection.js'

/** A host that does not end by itself within this time, in milliseconds, is ended. */
const patience = 2000

interface Running {
  resolve(result: PartitionResult): void
  reject(error: unknown): void
}

/** A host has ended before it was closed. */
export class HostEnded extends Error {}

/** A thread or process of its own that runs the steps of one task. */
export class StepHost {
  /** Resolves when the host can run partitions. It rejects with what the host says, or MAESTRO_WORKER_START. */
  readonly ready: Promise<void>
  readonly #connection: Connection
  readonly #running = new Map<number, Running>()
  readonly #exit: Promise<void>
  #ended: HostEnded | undefined
  #isClosed = false

  /** @param connection The thread or process, which was just started. */
  constructor(task: WorkerTask, connection: Connection) {
    this.#connection = connection
    this.ready = new Promise((resolve, reject) => {
      connection.onAnswer((answer) => {
        if ('ready' in answer) resolve()
        else if ('refused' in answer) reject(toStartError(fromErrorData(answer.refused)))
        else this.#settle(answer.index, answer.result)
      })
      connection.onEnd((how) => {
        const ended = new HostEnded(how)
        this.#ended = ended
        reject(toStartError(ended))
        for (const { reject: fail } of this.#running.values()) fail(ended)
        this.#running.clear()
      })
    })
    this.#exit = new Promise((resolve) => connection.onEnd(() => resolve()))
    // Nobody may wait for a host that ends later.
    this.ready.catch(() => undefined)
    connection.send({ open: task })
  }

  get isAlive(): boolean {
    return this.#ended === undefined && !this.#isClosed
  }

  /** The number of partitions that it has. */
  get load(): number {
    return this.#running.size
  }

  /** @throws HostEnded */
  run(partition: RowPartition): Promise<PartitionResult> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended
      this.#running.set(partition.index, { resolve, reject })
      this.#connection.send({ run: partition })
    })
  }

  /** Ends the host, after its operators are disposed. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#isClosed = true
    const isBusy = this.#running.size > 0
    this.#connection.send({ close: true })
    const timer = setTimeout(() => this.#connection.kill(), isBusy ? patience / 4 : patience)
    await this.#exit
    clearTimeout(timer)
  }

  #settle(index: number, result: PartitionResult): void {
    this.#running.get(index)?.resolve(result)
    this.#running.delete(index)
  }
}

function toStartError(error: Error): MaestroError {
  if (MaestroError.is(error)) return error
  return maestroError('MAESTRO_WORKER_START', { reason: reasonOf(error) }, error)
}
