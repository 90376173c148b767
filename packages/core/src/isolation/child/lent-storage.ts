import type { Batch } from '../../contracts/row.js'
import type { RowStorage, WriteResult } from '../../contracts/row-storage.js'
import type { SourceBatch } from '../../contracts/source.js'
import type { Channel } from '../channel.js'
import type { PluginCalls, ProjectCalls } from '../messages.js'
import { sendError } from '../sent-error.js'
import { receiveBatch, sendBatch } from '../sent-rows.js'

/** What all views of one storage share. */
export interface LentStorageSettings {
  readonly plugin: string
  readonly instance: number
  readonly channel: Channel<ProjectCalls, PluginCalls>
  /** The newest step. */
  latest: number
  /** The last number that was given to a view, a reader, or a writer. */
  last: number
}

/** The storage of the project, as an operator in another process sees it: each call goes to the project. */
export class LentStorage implements RowStorage {
  readonly #settings: LentStorageSettings
  readonly #number: number
  readonly #fixed: number | undefined

  constructor(settings: LentStorageSettings, number = 0, fixed?: number) {
    this.#settings = settings
    this.#number = number
    this.#fixed = fixed
  }

  get operatorStep(): number {
    return this.#fixed ?? this.#settings.latest
  }

  step(): RowStorage {
    const as = ++this.#settings.last
    // The calls of one process arrive in their order, so the view exists before it is read.
    void this.#settings.channel.call('step', { ...this.#here(), as }).catch(() => undefined)
    return new LentStorage(this.#settings, as, this.operatorStep)
  }

  async *read(): AsyncIterable<SourceBatch> {
    const { channel, plugin } = this.#settings
    const reader = ++this.#settings.last
    let isWhole = false
    try {
      for (;;) {
        const batch = await channel.call('read', { ...this.#here(), reader })
        isWhole = batch === undefined
        if (batch === undefined) return
        yield receiveBatch(batch, plugin)
      }
    } finally {
      if (!isWhole) await channel.call('stopReading', { ...this.#here(), reader }).catch(() => undefined)
    }
  }

  async write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const { channel, plugin } = this.#settings
    const writer = ++this.#settings.last
    try {
      for await (const batch of batches)
        await channel.call('write', { ...this.#here(), writer, batch: sendBatch(batch, plugin) })
    } catch (error) {
      await channel
        .call('endWriting', { ...this.#here(), writer, error: sendError(error, plugin) })
        .catch(() => undefined)
      throw error
    }
    const result = await channel.call('endWriting', { ...this.#here(), writer })
    this.#settings.latest++
    return result
  }

  #here() {
    return { instance: this.#settings.instance, storage: this.#number }
  }
}
