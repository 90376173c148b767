import type { JobQueue, JobWorker, PartitionJob } from '../../queue/job-queue.js'

/** How likely each fault is, from 0 to 1. */
export interface QueueFaults {
  /** A job is forgotten, as by a server that was restarted. */
  readonly lost: number
  /** A job is given to two workers. */
  readonly doubled: number
  /** The queue says nothing of the end of a job. */
  readonly silent: number
  /** It says so late. */
  readonly late: number
  /** It does not answer a request. */
  readonly away: number
}

interface Job {
  readonly id: string
  readonly data: PartitionJob
  attempts: number
}

/** A worker on the queue, which may be dead or stand still. */
interface Place {
  readonly isAlive: () => boolean
  readonly run: (job: PartitionJob) => Promise<void>
  free: number
}

type Run = Place['run']

/** A queue that hands out work as BullMQ does, and fails as servers and networks do. */
export class SimulatedQueue {
  asked = 0
  readonly #waiting: Job[] = []
  readonly #known = new Set<string>()
  readonly #places: Place[] = []
  readonly #listeners = new Set<(id: string, reason: string | undefined) => void>()
  readonly #faults: QueueFaults
  readonly #random: () => number
  readonly #lease: number

  constructor(faults: QueueFaults, random: () => number, lease: number) {
    this.#faults = faults
    this.#random = random
    this.#lease = lease
  }

  /** The queue as a run sees it. */
  readonly open = (): JobQueue => ({
    add: async (id, data) => {
      await this.#request()
      if (this.#known.has(id) || this.#random() < this.#faults.lost) return
      this.#known.add(id)
      this.#waiting.push({ id, data, attempts: 0 })
      this.#handOut()
    },
    has: async (id) => {
      await this.#request()
      return this.#known.has(id)
    },
    onEnd: (listener) => void this.#listeners.add(listener),
    onError: () => undefined,
    remove: async () => {
      this.#waiting.splice(0)
      this.#known.clear()
    },
    close: async () => undefined,
  })

  /** A worker on the queue. @param isAlive Whether its process answers now. */
  openWorker(concurrency: number, run: Run, isAlive: () => boolean): JobWorker {
    const place: Place = { isAlive, run, free: concurrency }
    this.#places.push(place)
    this.#handOut()
    return {
      onError: () => undefined,
      close: async () => void this.#places.splice(this.#places.indexOf(place), 1),
    }
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const free = this.#places.filter((place) => place.free > 0 && place.isAlive())
      const place = free[Math.floor(this.#random() * free.length)]
      const job = place && this.#waiting.shift()
      if (place === undefined || job === undefined) return
      this.#give(job, place)
      const other = free.find((one) => one !== place && one.free > 0)
      if (other !== undefined && this.#random() < this.#faults.doubled) this.#give(job, other)
    }
  }

  #give(job: Job, place: Place): void {
    place.free--
    const attempt = ++job.attempts
    // The lock of the job is renewed while the process answers.
    const renewal = setInterval(() => {
      if (place.isAlive()) return
      clearInterval(renewal)
      setTimeout(() => this.#stalled(job, attempt), this.#lease)
    }, this.#lease / 2)
    const end = (reason: string | undefined) => {
      clearInterval(renewal)
      place.free++
      // Who has lost its lock is not heard.
      if (attempt === job.attempts) this.#end(job, reason)
      this.#handOut()
    }
    place.run(job.data).then(
      () => end(undefined),
      (error: unknown) => end(String(error)),
    )
  }

  #stalled(job: Job, attempt: number): void {
    if (!this.#known.has(job.id) || attempt !== job.attempts) return
    this.#end(job, 'job stalled more than allowable limit')
  }

  #end(job: Job, reason: string | undefined): void {
    if (!this.#known.delete(job.id) || this.#random() < this.#faults.silent) return
    const tell = () => {
      for (const listener of this.#listeners) listener(job.id, reason)
    }
    if (this.#random() < this.#faults.late) setTimeout(tell, 20_000 * this.#random())
    else tell()
  }

  async #request(): Promise<void> {
    this.asked++
    await new Promise((resolve) => setTimeout(resolve, 1 + 4 * this.#random()))
    if (this.#random() < this.#faults.away) throw new Error('the server is away')
  }
}
