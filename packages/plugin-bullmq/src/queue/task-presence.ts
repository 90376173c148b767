import type { Logger } from '@maestro-dataflow/core'
import { bullmqError } from '../errors.js'
import type { QueueOptions } from './queue-options.js'
import type { Announcement, TaskFiles } from './task-files.js'

/** How long a run waits for another worker if all that are there refuse it: one may be about to come back. */
const refusalMs = 5000
/** When people are told that nobody has come yet. */
const toldMs = 3000

export interface TaskPresenceParts {
  readonly announcement: Announcement
  readonly files: TaskFiles
  readonly options: Pick<QueueOptions, 'wait' | 'workers'>
  readonly logger: Logger
  /** Is told that the shared folder cannot be reached. */
  readonly complain: (error: unknown) => void
}

/** The workers that are there, by what they say of a task. */
interface Attendance {
  /** How many run its partitions. */
  readonly serving: number
  /** How many may do so, and have not said whether they will. */
  readonly undecided: number
  /** Why the others do not. */
  readonly refusals: readonly string[]
}

/** Says that the run of a task is there, and knows which workers are. */
export class TaskPresence {
  readonly #parts: TaskPresenceParts
  #places = 0
  #beat: NodeJS.Timeout | undefined

  constructor(parts: TaskPresenceParts) {
    this.#parts = parts
  }

  /** How many partitions the workers run at once. */
  get places(): number {
    return this.#places
  }

  /**
   * Announces the task, from now on again and again, and waits for workers.
   *
   * @throws MAESTRO_BULLMQ_NO_WORKERS, MAESTRO_BULLMQ_REFUSED
   */
  async begin(signal: AbortSignal): Promise<void> {
    const { announcement, files, options, logger } = this.#parts
    const { steps } = announcement.task
    await files.announce(announcement)
    this.#beat = setInterval(() => void this.#look(), files.beatMs).unref()
    const began = performance.now()
    for (let told = false; ; ) {
      signal.throwIfAborted()
      const { serving, undecided, refusals } = await this.#look()
      const waitedMs = performance.now() - began
      const isLate = waitedMs > options.wait
      if (serving >= options.workers || (serving > 0 && isLate)) return
      const allRefuse = serving + undecided === 0 && refusals.length > 0
      if (isLate || (allRefuse && waitedMs > refusalMs)) {
        throw refusals.length > 0
          ? bullmqError('MAESTRO_BULLMQ_REFUSED', { reasons: refusals })
          : bullmqError('MAESTRO_BULLMQ_NO_WORKERS', {
              steps,
              seconds: Math.round(waitedMs / 1000),
              tag: announcement.tag,
            })
      }
      if (!told && waitedMs > toldMs) {
        told = true
        logger.info('Waiting for workers: start them with `maestro worker`', { steps })
      }
      await new Promise((resolve) => setTimeout(resolve, files.beatMs / 5))
    }
  }

  end(): void {
    clearInterval(this.#beat)
  }

  async #look(): Promise<Attendance> {
    const { announcement, files, logger, complain } = this.#parts
    const { id, tag, task } = announcement
    try {
      await files.announce(announcement)
      const workers = await files.workers(id)
      const serving = workers.filter(({ tasks }) => tasks.some((served) => served.id === id))
      const refusals = workers.flatMap(({ refused }) => refused.filter((refusal) => refusal.id === id))
      const able = workers.filter(({ tags }) => tag === undefined || tags.includes(tag))
      const before = this.#places
      this.#places = serving.reduce((sum, { concurrency }) => sum + concurrency, 0)
      if (before > 0 && this.#places === 0)
        logger.warn('No worker is left: start one with `maestro worker`', { steps: task.steps })
      return {
        serving: serving.length,
        undecided: able.length - serving.length - refusals.length,
        refusals: [...new Set(refusals.map(({ reason }) => reason))],
      }
    } catch (error) {
      complain(error)
      return { serving: 0, undecided: 0, refusals: [] }
    }
  }
}
