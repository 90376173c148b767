import { MaestroError, type OpenedSteps, type PartitionResult, type RowPartition } from '@maestro-dataflow/core'
import { queueOptions } from '../../queue/queue-options.js'
import { QueueWorkers } from '../../queue/queue-workers.js'
import { serveTasks } from '../../queue/serve-tasks.js'
import { TaskFiles } from '../../queue/task-files.js'
import { quietLogger } from '../quiet-logger.js'
import { MemoryFiles, MemoryFolder } from './memory-folder.js'
import { randomNumbers } from './random-numbers.js'
import { SimulatedProcess } from './simulated-process.js'
import { type QueueFaults, SimulatedQueue } from './simulated-queue.js'
import { VirtualTime } from './virtual-time.js'
import { task } from './task.js'

export interface SimulationSettings {
  readonly seed: number
  readonly workers: number
  /** The partitions that each worker runs at once. */
  readonly concurrency: number
  readonly partitions: number
  /** How long a worker takes for a partition, on average. */
  readonly milliseconds: number
  readonly faults: QueueFaults
  /** How long it takes on average until a worker dies, and another one comes. @default never */
  readonly deathEvery?: number
  /** How long it takes on average until a worker stands still for up to 30 s. @default never */
  readonly standEvery?: number
  /** How long it takes on average until the process of the run dies and is resumed. @default never */
  readonly resumeEvery?: number
}

export interface SimulationResult {
  /** What came back for each partition, in order. */
  readonly results: readonly PartitionResult[]
  /** How often a worker has begun with a partition. */
  readonly runs: number
  readonly deaths: number
  readonly stands: number
  readonly resumptions: number
  /** The virtual milliseconds from the first partition to the last result. */
  readonly took: number
  /** The most partitions that were on their way at once. */
  readonly inFlight: number
  readonly files: MemoryFiles
  readonly queueRequests: number
}

const rowsOf = (index: number) => Array.from({ length: 4 }, (_, row) => `${index}/${row}`)
export const expectedOf = (index: number) => rowsOf(index).map((row) => ({ row: `done ${row}` }))
const options = queueOptions.parse({ url: 'redis://127.0.0.1:1', lease: 6000 })

/** The code of runs and workers as it is, on a simulated queue and file server, in virtual time. */
export function simulate(settings: SimulationSettings): Promise<SimulationResult> {
  return new VirtualTime().run(3_600_000, () => new Simulation(settings).run())
}

class Simulation {
  readonly #settings: SimulationSettings
  readonly #random: () => number
  readonly #queue: SimulatedQueue
  readonly #files = new MemoryFiles()
  readonly #workers: SimulatedProcess[] = []
  readonly #results = new Map<number, PartitionResult>()
  #coordinator: SimulatedProcess
  #places = 0
  #counts = { runs: 0, deaths: 0, stands: 0, resumptions: 0, inFlight: 0, began: 0 }
  readonly #stop = new AbortController()

  constructor(settings: SimulationSettings) {
    this.#settings = settings
    this.#random = randomNumbers(settings.seed)
    this.#queue = new SimulatedQueue(settings.faults, this.#random, options.lease)
    this.#coordinator = new SimulatedProcess(this.#random)
    this.#places = settings.workers * settings.concurrency
  }

  async run(): Promise<SimulationResult> {
    const { workers, deathEvery, standEvery, resumeEvery } = this.#settings
    for (let count = 0; count < workers; count++) this.#startWorker()
    this.#every(deathEvery, () => this.#killWorker())
    this.#every(standEvery, () => this.#stopWorker())
    let done: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    const start = (process: SimulatedProcess) => void this.#coordinate(process).then(done)
    this.#every(resumeEvery, () => {
      this.#coordinator.kill()
      this.#counts.resumptions++
      const next = new SimulatedProcess(this.#random)
      this.#coordinator = next
      // Workers may have given the run up by then.
      setTimeout(() => start(next), 20_000 * this.#random())
    })
    start(this.#coordinator)
    await finished
    this.#stop.abort()
    const results = Array.from({ length: this.#settings.partitions }, (_, index) => this.#results.get(index))
    const { began, ...counts } = this.#counts
    return {
      ...counts,
      results: results as readonly PartitionResult[],
      took: Date.now() - began,
      files: this.#files,
      queueRequests: this.#queue.asked,
    }
  }

  /** What the process of a run does: two partitions are on their way for each place, until all have come back. */
  async #coordinate(process: SimulatedProcess): Promise<void> {
    const files = new TaskFiles(new MemoryFolder(this.#files, process.delay))
    const { signal } = new AbortController()
    const workers = await QueueWorkers.open(task, files, options, { signal, logger: quietLogger }, this.#queue.open)
    this.#counts.began ||= Date.now()
    const left = Array.from({ length: this.#settings.partitions }, (_, index) => index).filter(
      (index) => !this.#results.has(index),
    )
    let inFlight = 0
    const lane = async () => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        this.#counts.inFlight = Math.max(this.#counts.inFlight, ++inFlight)
        const outcomes = await this.#outcomesOf(workers, index, rowsOf(index))
        inFlight--
        if (this.#results.has(index)) throw new Error(`the partition ${index} has come back twice`)
        this.#results.set(index, outcomes)
      }
    }
    await Promise.all(Array.from({ length: 2 * this.#places }, lane))
    await workers.dispose()
  }

  /** A partition that has lost workers too often is halved, as the run does it. */
  async #outcomesOf(workers: QueueWorkers, index: number, rows: readonly string[]): Promise<PartitionResult> {
    const partition: RowPartition = { index, ids: rows, rows, samples: 0, isSuspect: false }
    try {
      return await workers.run(partition, new AbortController().signal)
    } catch (error) {
      if (!MaestroError.is(error, 'MAESTRO_WORKER_CRASHED') || rows.length === 1) throw error
      const middle = rows.length >> 1
      const first = await this.#outcomesOf(workers, index, rows.slice(0, middle))
      const second = await this.#outcomesOf(workers, index, rows.slice(middle))
      return { ...first, outcomes: [...first.outcomes, ...second.outcomes] }
    }
  }

  #startWorker(): void {
    const process = new SimulatedProcess(this.#random)
    this.#workers.push(process)
    const steps: OpenedSteps = {
      run: async ({ rows }, signal) => {
        this.#counts.runs++
        await process.wait(this.#settings.milliseconds * (0.5 + this.#random()))
        const end = { samples: [], requests: [], milliseconds: 1 }
        // As steps end that were told to stop.
        if (signal.aborted) return { outcomes: [], failure: { code: 'MAESTRO_RUN_ABORTED', message: 'stopped' }, ...end }
        return { outcomes: rows.map((row) => ({ row: `done ${row}` })), ...end }
      },
      dispose: async () => undefined,
    }
    const { concurrency } = this.#settings
    const files = new TaskFiles(new MemoryFolder(this.#files, process.delay))
    const service = { concurrency, tags: [], logger: quietLogger, signal: this.#stop.signal, open: async () => steps }
    void serveTasks(files, options, service, (_name, _options, places, run) =>
      this.#queue.openWorker(places, run, process.answers),
    )
  }

  #killWorker(): void {
    const at = Math.floor(this.#random() * this.#workers.length)
    this.#workers.splice(at, 1)[0]?.kill()
    this.#counts.deaths++
    setTimeout(() => this.#startWorker(), 5000)
  }

  #stopWorker(): void {
    this.#workers[Math.floor(this.#random() * this.#workers.length)]?.stand(30_000 * this.#random())
    this.#counts.stands++
  }

  /** Does something again and again, at random times. */
  #every(milliseconds: number | undefined, work: () => void): void {
    if (milliseconds === undefined || this.#stop.signal.aborted) return
    setTimeout(
      () => {
        if (!this.#stop.signal.aborted) work()
        this.#every(milliseconds, work)
      },
      2 * milliseconds * this.#random(),
    )
  }
}
