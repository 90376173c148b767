import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { PartitionResult, RowPartition, WorkerTask } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { fromErrorData } from '../../provider/error-data.js'
import type { ThreadAnswer, ThreadRequest } from './messages.js'

const program = new URL('../../thread-main.js', import.meta.url)
/** A thread that does not end by itself within this time, in milliseconds, is ended. */
const patience = 2000

const youngMegabytes = 64

interface Running {
  resolve(result: PartitionResult): void
  reject(error: unknown): void
}

/** A thread has ended before it was closed. */
export class ThreadEnded extends Error {}

/** A thread that runs the steps of one task. */
export class StepThread {
  /** Resolves when the thread can run partitions. It rejects with what the thread says, or MAESTRO_WORKER_START. */
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #running = new Map<number, Running>()
  #ended: ThreadEnded | undefined
  #isClosed = false

  /** @param memory The most memory for the objects of the thread, in bytes. */
  constructor(task: WorkerTask, memory: number | undefined) {
    const limits = {
      // Rows are short-lived: with less room for them, a thread collects garbage all the time.
      maxYoungGenerationSizeMb: youngMegabytes,
      ...(memory === undefined ? {} : { maxOldGenerationSizeMb: Math.ceil(memory / 1024 ** 2) }),
    }
    this.#worker = new Worker(program, { workerData: task, resourceLimits: limits, name: `maestro ${task.stage}` })
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadAnswer) => {
        if ('ready' in message) resolve()
        else if ('refused' in message) reject(toStartError(fromErrorData(message.refused)))
        else this.#settle(message.index, message.result)
      })
      let reason: unknown
      this.#worker.on('error', (error) => {
        reason = error
      })
      this.#worker.on('exit', (code) => {
        const ended = new ThreadEnded(reason === undefined ? `it ended with exit code ${code}` : reasonOf(reason))
        this.#ended = ended
        reject(toStartError(ended))
        for (const { reject: fail } of this.#running.values()) fail(ended)
        this.#running.clear()
      })
    })
    // Nobody may wait for a thread that ends later.
    this.ready.catch(() => undefined)
  }

  get isAlive(): boolean {
    return this.#ended === undefined && !this.#isClosed
  }

  /** The number of partitions that it has. */
  get load(): number {
    return this.#running.size
  }

  /** @throws ThreadEnded */
  run(partition: RowPartition): Promise<PartitionResult> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended
      this.#running.set(partition.index, { resolve, reject })
      this.#send({ run: partition })
    })
  }

  /** Ends the thread, after its operators are disposed. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#isClosed = true
    const isBusy = this.#running.size > 0
    this.#send({ close: true })
    const exit = once(this.#worker, 'exit')
    const timer = setTimeout(() => void this.#worker.terminate(), isBusy ? patience / 4 : patience)
    await exit
    clearTimeout(timer)
  }

  #send(request: ThreadRequest): void {
    this.#worker.postMessage(request)
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
