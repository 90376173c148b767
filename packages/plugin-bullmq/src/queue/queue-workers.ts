import {
  type Logger,
  maestroError,
  type PartitionResult,
  pause,
  type RowPartition,
  type StepWorkers,
  type WorkerTask,
} from '@maestro-dataflow/core'
import { bullmqError } from '../errors.js'
import type { JobQueue, openQueue } from './job-queue.js'
import type { QueueOptions } from './queue-options.js'
import { TaskFiles } from './task-files.js'
import { TaskPresence } from './task-presence.js'
import { within } from './within.js'

/** A partition on its way, until its result is there. */
interface Sent {
  readonly name: string
  /** How often it was put into the queue. */
  tries: number
  /** How often its worker fell silent. */
  silences: number
  /** How often a worker gave it back. */
  returns: number
  /** When the queue was asked last whether it still has the job. */
  checkedAt: number
  /** How often the result was looked for. */
  looks: number
  /** Why the queue gave it up. */
  failed: string | undefined
  /** The queue says that the job has ended. */
  ended: boolean
  /** Looks for the result at once. */
  wake: () => void
}

interface QueueWorkersParts {
  readonly task: WorkerTask
  /** The tag that a worker needs. */
  readonly tag: string | undefined
  readonly files: TaskFiles
  readonly options: QueueOptions
  readonly logger: Logger
  readonly queue: JobQueue
}

/** How many beats there are at most between two looks for a result. */
const longestLook = 8
/** How often the queue is asked whether it still has a job: a server that was restarted may have lost it. */
const checkMs = 5000
/** How often a partition is sent that workers give back. */
const mostReturns = 5
/** After so many silent workers, nothing else runs beside a partition: one of several may have ended them. */
const silencesTogether = 2
/** A partition whose worker falls silent so often is at fault, wherever it ran. */
const mostSilences = 30

/** A worker that has not ended is heard of within so many beats. */
const beatsHeard = 3

/** How the queue says that the worker of a job is silent. */
const isStall = (reason: string) => /stalled/.test(reason)

/** The workers of one task, as the process of the run sees them. What counts are the files; the queue only hands out work. */
export class QueueWorkers implements StepWorkers {
  readonly #id: string
  readonly #task: WorkerTask
  readonly #files: TaskFiles
  readonly #options: QueueOptions
  readonly #logger: Logger
  readonly #queue: JobQueue
  readonly #sent = new Map<string, Sent>()
  readonly #presence: TaskPresence
  #toldAt = 0

  private constructor({ task, tag, files, options, logger, queue }: QueueWorkersParts) {
    this.#id = TaskFiles.idOf(task)
    this.#task = task
    this.#files = files
    this.#options = options
    this.#logger = logger
    this.#queue = queue
    this.#presence = new TaskPresence({
      announcement: { id: this.#id, task, tag },
      files,
      options,
      logger,
      complain: (error) => this.#complain(error),
    })
    this.#queue.onError((error) => this.#complain(error))
    this.#queue.onEnd((id, reason) => {
      for (const sent of this.#sent.values()) {
        if (id !== jobId(sent)) continue
        sent.failed = reason
        sent.ended = true
        sent.wake()
      }
    })
  }

  /**
   * Announces a task and waits for workers.
   *
   * @param open Opens the queue.
   * @throws MAESTRO_BULLMQ_NO_WORKERS, MAESTRO_BULLMQ_REFUSED, MAESTRO_BULLMQ_TAGS
   */
  static async open(
    task: WorkerTask,
    files: TaskFiles,
    options: QueueOptions,
    { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
    open: typeof openQueue,
  ): Promise<QueueWorkers> {
    const tags = new Set(task.steps.flatMap((step) => options.tags[step] ?? []))
    if (tags.size > 1) throw bullmqError('MAESTRO_BULLMQ_TAGS', { steps: task.steps, tags: [...tags] })
    const queue = open(TaskFiles.idOf(task), options)
    const workers = new QueueWorkers({ task, tag: [...tags][0], files, options, logger, queue })
    try {
      await workers.#presence.begin(signal)
      return workers
    } catch (error) {
      await workers.dispose()
      throw error
    }
  }

  get width(): number {
    return Math.max(1, this.#presence.places)
  }

  get partition(): StepWorkers['partition'] {
    return { milliseconds: 1000, leastRows: 1, mostRows: this.#options.rows }
  }

  async run(partition: RowPartition, signal: AbortSignal): Promise<PartitionResult> {
    const name = TaskFiles.nameOf(partition)
    const sent: Sent = {
      name,
      tries: 0,
      silences: 0,
      returns: 0,
      looks: 0,
      checkedAt: 0,
      failed: undefined,
      ended: false,
      wake: () => undefined,
    }
    this.#sent.set(name, sent)
    try {
      // An earlier process of the run may have asked for it.
      const known = await this.#files.readResult(this.#id, name, partition)
      if (known !== undefined) return known.result
      await this.#files.writeRows(this.#id, name, partition)
      await this.#enqueue(sent, partition)
      for (;;) {
        await this.#wait(sent, signal)
        const committed = await this.#files.readResult(this.#id, name, partition)
        if (committed !== undefined) {
          await this.#files.forget(this.#id, name)
          return committed.result
        }
        await this.#sendAgain(sent, partition, signal)
      }
    } finally {
      this.#sent.delete(name)
    }
  }

  async dispose(): Promise<void> {
    this.#presence.end()
    // The work is done, whether its traces can be removed or not.
    await this.#files.withdraw(this.#id).catch((error: unknown) => this.#complain(error))
    // The server may be away: what is left in it does no harm.
    await within(this.#queue.remove())
    await within(this.#queue.close())
  }

  async #enqueue(sent: Sent, { index, isSuspect }: RowPartition): Promise<void> {
    sent.tries++
    sent.failed = undefined
    sent.ended = false
    sent.checkedAt = performance.now()
    const alone = isSuspect || sent.silences >= silencesTogether
    const job = { partition: sent.name, index, attempt: sent.tries, alone }
    // While the server is away, the job is added again later.
    await within(this.#queue.add(jobId(sent), job)).catch(() => undefined)
  }

  /** Puts a partition into the queue again if it is not there any more. @throws MAESTRO_WORKER_CRASHED, MAESTRO_BULLMQ_RETURNED */
  async #sendAgain(sent: Sent, partition: RowPartition, signal: AbortSignal): Promise<void> {
    if (sent.failed !== undefined) {
      const reason = sent.failed
      // Steps do not fail so: it is the worker that cannot read the rows or write the result.
      if (!isStall(reason) && ++sent.returns >= mostReturns) throw bullmqError('MAESTRO_BULLMQ_RETURNED', { reason })
      if (isStall(reason) && (await this.#isAtFault(sent, signal))) {
        const { ids } = partition
        throw maestroError('MAESTRO_WORKER_CRASHED', { steps: this.#task.steps, ids, reason })
      }
      const what = isStall(reason)
        ? 'A worker is silent; its partition goes to another'
        : 'A worker gave a partition back'
      this.#logger.warn(what, { partition: partition.index, attempt: sent.tries, reason })
      await this.#enqueue(sent, partition)
      return
    }
    if (performance.now() - sent.checkedAt < checkMs) return
    sent.checkedAt = performance.now()
    const isThere = (await within(this.#queue.has(jobId(sent))).catch(() => true)) ?? true
    if (!isThere && !(await this.#files.hasResult(this.#id, sent.name))) await this.#enqueue(sent, partition)
  }

  /** Whether workers ended because of this partition, and not of another one that they ran. */
  async #isAtFault(sent: Sent, signal: AbortSignal): Promise<boolean> {
    if (++sent.silences >= mostSilences) return true
    try {
      const [first, second] = await this.#files.ranAlone(this.#id, sent.name)
      if (first === undefined || second === undefined) return false
      // A worker that has not ended is only cut off from the queue, and will commit its result.
      await pause(beatsHeard * this.#files.beatMs, signal)
      const workers = await this.#files.workers(this.#id)
      return !workers.some(
        ({ name, silentMs }) => (name === first || name === second) && silentMs < beatsHeard * this.#files.beatMs,
      )
    } catch {
      return false
    }
  }

  #wait(sent: Sent, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        sent.wake = () => undefined
        sent.ended = false
        settle()
      }
      // The queue may have said nothing. It rarely does: a partition that takes long is not looked for all the time.
      const timer = setTimeout(end(resolve), this.#files.beatMs * Math.min(longestLook, 2 ** sent.looks++))
      const abort = end(() => reject(signal.reason))
      sent.wake = end(resolve)
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
      if (sent.ended) sent.wake()
    })
  }

  #complain(error: unknown): void {
    if (performance.now() - this.#toldAt < 30_000 && this.#toldAt > 0) return
    this.#toldAt = performance.now()
    this.#logger.warn('The queue or the shared folder cannot be reached', {
      reason: error instanceof Error ? error.message : String(error),
    })
  }
}

const jobId = ({ name, tries }: Sent) => `${name}-${tries}`
