import { type Logger, type OpenedSteps, pause, type WorkerTask } from '@maestro-dataflow/core'
import type { JobWorker, openJobWorker, PartitionJob } from './job-queue.js'
import type { QueueOptions } from './queue-options.js'
import type { TaskFiles, WorkerFile } from './task-files.js'
import type { Turns } from './turns.js'

/** How long the server may take to note that a worker leaves. */
const closingMs = 3000

export interface ServedTaskParts {
  readonly id: string
  /** The worker. */
  readonly name: string
  readonly task: WorkerTask
  readonly steps: OpenedSteps
  readonly files: TaskFiles
  readonly options: QueueOptions
  readonly concurrency: number
  readonly logger: Logger
  /** The turns of all partitions of this worker. */
  readonly turns: Turns
  readonly openWorker: typeof openJobWorker
}

/** One task for which this worker runs partitions. */
export class ServedTask {
  readonly #parts: ServedTaskParts
  readonly #worker: JobWorker
  readonly #running = new Set<number>()
  readonly #stop = new AbortController()
  #done = 0

  constructor(parts: ServedTaskParts) {
    const { id, options, concurrency, logger, task, openWorker } = parts
    this.#parts = parts
    let told = 0
    this.#worker = openWorker(id, options, concurrency, (job) => this.#takeTurn(job))
    this.#worker.onError((error) => {
      if (Date.now() - told < 30_000) return
      told = Date.now()
      logger.warn('The queue has a fault', { run: task.run, reason: error.message })
    })
  }

  get state(): WorkerFile['tasks'][number] {
    const { id, task } = this.#parts
    return { id, run: task.run, steps: task.steps, running: [...this.#running], done: this.#done }
  }

  /** Ends when the partitions in progress are done. */
  async finish(): Promise<void> {
    // The server may be away; then nobody takes note of the end.
    const closed = this.#worker.close(false).catch(() => undefined)
    await Promise.race([closed, this.#idle().then(() => pause(closingMs, undefined))])
    await this.#parts.steps.dispose()
  }

  /** Drops the partitions in progress: nobody waits for them. */
  async leave(): Promise<void> {
    this.#stop.abort()
    await Promise.race([this.#worker.close(true).catch(() => undefined), pause(closingMs, undefined)])
    await this.#parts.steps.dispose().catch(() => undefined)
  }

  async #idle(): Promise<void> {
    while (this.#running.size > 0) await pause(50, undefined)
  }

  #takeTurn(job: PartitionJob): Promise<void> {
    const { turns } = this.#parts
    this.#running.add(job.index)
    const run = () => this.#run(job)
    return (job.alone ? turns.alone(run) : turns.beside(run)).finally(() => this.#running.delete(job.index))
  }

  async #run({ partition: name, index, attempt, alone }: PartitionJob): Promise<void> {
    const { id, name: worker, task, steps, files, logger } = this.#parts
    const partition = (await files.hasResult(id, name)) ? undefined : await files.readRows(id, name)
    // Delivered twice: another worker was faster. Or nobody waits for it any more.
    if (partition === undefined || this.#stop.signal.aborted) return
    const log = logger.child({ run: task.run, partition: index, attempt })
    if (alone) await files.beginAlone(id, name, worker)
    const result = await steps.run(partition, this.#stop.signal, attempt)
    // What it was told to drop is no result: a run that is resumed later would take it.
    if (this.#stop.signal.aborted) return
    const counts = await files.commit(id, name, { worker, attempt, result })
    this.#done++
    log.debug(counts ? 'Ran a partition' : 'Ran a partition that another worker had finished first', {
      rows: partition.ids.length,
      ms: Math.round(result.milliseconds),
    })
  }
}
