import { createHash, randomUUID } from 'node:crypto'
import type { PartitionResult, RowPartition, WorkerState, WorkerTask } from '@maestro-dataflow/core'
import type { SharedFolder } from '../folder/shared-folder.js'

/** Who has not written for this time is gone. */
export const silenceMs = 10_000

/** A task as the process of a run announces it. */
export interface Announcement {
  readonly id: string
  readonly task: WorkerTask
  /** The tag that a worker needs. */
  readonly tag: string | undefined
}

/** What a worker says of itself. */
export interface WorkerFile extends Omit<WorkerState, 'silentMs' | 'tasks' | 'refused'> {
  readonly tasks: readonly (WorkerState['tasks'][number] & { readonly id: string })[]
  readonly refused: readonly (WorkerState['refused'][number] & { readonly id: string })[]
}

/** A worker that has written lately. */
type HeardWorker = WorkerFile & { readonly silentMs: number }

/** A result as a worker commits it. */
interface CommittedResult {
  /** Who made it, for people. */
  readonly worker: string
  readonly attempt: number
  readonly result: PartitionResult
}

/** The files of one project's runs and workers in a shared folder. */
export class TaskFiles {
  readonly #folder: SharedFolder

  constructor(folder: SharedFolder) {
    this.#folder = folder
  }

  /** How often the process of a run and its workers write that they are there. */
  get beatMs(): number {
    return this.#folder.beatMs
  }

  /** The id of a task: the same again when a run is resumed, so that finished partitions count. */
  static idOf(task: WorkerTask): string {
    const hash = createHash('sha256')
      .update(JSON.stringify([task.stage, task.steps, task.expected]))
      .digest('hex')
    return `${task.run}-${task.stage}-${hash.slice(0, 12)}`
  }

  /** The name of a partition: its rows, wherever they stand. */
  static nameOf({ ids, rows }: RowPartition): string {
    return createHash('sha256')
      .update(JSON.stringify([ids, rows]))
      .digest('hex')
      .slice(0, 32)
  }

  async announce(announcement: Announcement): Promise<void> {
    await this.#folder.write(`tasks/${announcement.id}.json`, JSON.stringify(announcement))
  }

  async withdraw(id: string): Promise<void> {
    await this.#folder.remove(`tasks/${id}.json`)
    await this.#folder.removeAll(`partitions/${id}`)
  }

  /** The tasks whose run is there. @param worker The name of the worker, which has just introduced itself. */
  async announced(worker: string): Promise<readonly Announcement[]> {
    const files = await this.#folder.list('tasks', `workers/${worker}.json`)
    const tasks = files.map(async ({ name, age }) => {
      const text = age > silenceMs ? undefined : await this.#folder.read(`tasks/${name}`)
      return text === undefined ? [] : [JSON.parse(text) as Announcement]
    })
    return (await Promise.all(tasks)).flat()
  }

  async introduce(worker: WorkerFile): Promise<void> {
    await this.#folder.write(`workers/${worker.name}.json`, JSON.stringify(worker))
  }

  async leave(worker: string): Promise<void> {
    await this.#folder.remove(`workers/${worker}.json`)
  }

  /** The workers that have written lately, and how long ago, as a run sees them that has just announced a task. */
  workers(task: string): Promise<readonly HeardWorker[]> {
    return this.#heard(`tasks/${task}.json`)
  }

  /** The same for who has nothing to announce. */
  async heardWorkers(): Promise<readonly HeardWorker[]> {
    const clock = `clocks/${process.pid}-${randomUUID()}`
    await this.#folder.write(clock, '')
    const workers = await this.#heard(clock)
    await this.#folder.remove(clock)
    return workers
  }

  async #heard(clock: string): Promise<readonly HeardWorker[]> {
    const files = await this.#folder.list('workers', clock)
    const workers = files.map(async ({ name, age }) => {
      // Who has been gone for long has left this behind.
      if (age > 60 * silenceMs) await this.#folder.remove(`workers/${name}`)
      const text = age > silenceMs ? undefined : await this.#folder.read(`workers/${name}`)
      return text === undefined ? [] : [{ ...(JSON.parse(text) as WorkerFile), silentMs: Math.max(0, age) }]
    })
    return (await Promise.all(workers)).flat()
  }

  async writeRows(task: string, name: string, partition: RowPartition): Promise<void> {
    await this.#folder.write(`partitions/${task}/${name}.rows.json`, JSON.stringify(partition))
  }

  /** Undefined if the run has taken the result already. */
  async readRows(task: string, name: string): Promise<RowPartition | undefined> {
    const text = await this.#folder.read(`partitions/${task}/${name}.rows.json`)
    return text === undefined ? undefined : (JSON.parse(text) as RowPartition)
  }

  /** Notes that a worker begins with a partition, and runs nothing else. */
  async beginAlone(task: string, name: string, worker: string): Promise<void> {
    const by = JSON.stringify({ worker, begin: randomUUID() })
    const isFirst = await this.#folder.create(`partitions/${task}/${name}.alone-1`, by)
    if (!isFirst) await this.#folder.create(`partitions/${task}/${name}.alone-2`, by)
  }

  /** The workers that have begun so, up to two. */
  async ranAlone(task: string, name: string): Promise<readonly string[]> {
    const files = [1, 2].map((turn) => this.#folder.read(`partitions/${task}/${name}.alone-${turn}`))
    return (await Promise.all(files)).flatMap((text) =>
      text === undefined ? [] : [(JSON.parse(text) as { readonly worker: string }).worker],
    )
  }

  /** Commits a result. The first one counts. @returns whether it was this one */
  async commit(task: string, name: string, result: CommittedResult): Promise<boolean> {
    return this.#folder.create(`partitions/${task}/${name}.result.json`, JSON.stringify(result))
  }

  async hasResult(task: string, name: string): Promise<boolean> {
    return this.#folder.has(`partitions/${task}/${name}.result.json`)
  }

  /** The result that counts, if it is there and fits the partition. One that does not is removed. */
  async readResult(task: string, name: string, { ids }: RowPartition): Promise<CommittedResult | undefined> {
    const file = `partitions/${task}/${name}.result.json`
    const text = await this.#folder.read(file)
    if (text === undefined) return undefined
    const committed = parsed(text)
    const fits = committed?.result.failure !== undefined || committed?.result.outcomes.length === ids.length
    if (committed !== undefined && fits) return committed
    await this.#folder.remove(file)
    return undefined
  }

  /** Removes what a result that has been taken stood in. */
  async forget(task: string, name: string): Promise<void> {
    await this.#folder.remove(`partitions/${task}/${name}.rows.json`)
  }
}

function parsed(text: string): CommittedResult | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isResult = typeof value === 'object' && value !== null && 'result' in value
    return isResult ? (value as CommittedResult) : undefined
  } catch {
    return undefined
  }
}
