import type { RowFate, RunOptions } from '../contracts/operator.js'
import type { Batch } from '../contracts/row.js'
import type { RowStorage, WriteResult } from '../contracts/row-storage.js'
import type { SourceBatch } from '../contracts/source.js'
import { maestroError } from '../errors/error-table.js'
import { BatchQueue } from '../run/stream/batch-queue.js'
import type { Answers, LentRowCalls, SentBatch } from './messages.js'
import { receiveError } from './sent-error.js'
import { receiveBatch, sendBatch } from './sent-rows.js'

/** A write under way, which the other process gives its batches. */
interface Writing {
  readonly queue: BatchQueue
  readonly result: Promise<WriteResult>
  /** Set when the storage has refused a batch. */
  failure: { readonly error: unknown } | undefined
}

type Input<Name extends keyof LentRowCalls> = Parameters<LentRowCalls[Name]>[0]

/** The storage of one run of an operator in another process: the process reads and writes it by calls. */
export class LentRows implements Answers<LentRowCalls> {
  readonly #plugin: string
  readonly #storages: Map<number, RowStorage>
  readonly #options: Pick<RunOptions, 'tell' | 'warn'>
  readonly #readers = new Map<number, AsyncIterator<SourceBatch>>()
  readonly #writers = new Map<number, Writing>()

  constructor(plugin: string, storage: RowStorage, options: RunOptions) {
    this.#plugin = plugin
    this.#storages = new Map([[0, storage]])
    this.#options = options
  }

  step({ storage, as }: Input<'step'>): void {
    this.#storages.set(as, this.#storage(storage).step())
  }

  async read({ storage, reader }: Input<'read'>): Promise<SentBatch | undefined> {
    const reading = this.#readers.get(reader) ?? this.#storage(storage).read()[Symbol.asyncIterator]()
    this.#readers.set(reader, reading)
    const { done, value } = await reading.next()
    if (done !== true) return sendBatch(value, this.#plugin)
    this.#readers.delete(reader)
    return undefined
  }

  async stopReading({ reader }: Input<'stopReading'>): Promise<void> {
    const reading = this.#readers.get(reader)
    this.#readers.delete(reader)
    await reading?.return?.()
  }

  async write({ storage, writer, batch }: Input<'write'>): Promise<void> {
    const writing = this.#writing(storage, writer)
    await writing.queue.write(receiveBatch(batch, this.#plugin) as Batch)
    if (writing.failure !== undefined) throw writing.failure.error
  }

  async endWriting({ storage, writer, error }: Input<'endWriting'>): Promise<WriteResult> {
    const { queue, result } = this.#writing(storage, writer)
    this.#writers.delete(writer)
    if (error === undefined) queue.end()
    else queue.fail(receiveError(error, this.#plugin))
    return result
  }

  tell({ fate }: Input<'tell'>): void {
    if (isFate(fate)) this.#options.tell?.(fate)
  }

  warn({ message }: Input<'warn'>): void {
    this.#options.warn?.(String(message))
  }

  /** Ends what the other process has left open. */
  async end(): Promise<void> {
    for (const { queue } of this.#writers.values())
      queue.fail(maestroError('MAESTRO_STEP_CONTRACT', { step: this.#plugin, fault: 'ended before its writing' }))
    for (const reader of this.#readers.keys()) await this.stopReading({ instance: 0, reader })
    await Promise.allSettled([...this.#writers.values()].map(({ result }) => result))
  }

  #storage(number: number): RowStorage {
    const storage = this.#storages.get(number)
    if (storage === undefined)
      throw maestroError('MAESTRO_STEP_CONTRACT', {
        step: this.#plugin,
        fault: `names the storage ${number}, which is unknown`,
      })
    return storage
  }

  #writing(storage: number, writer: number): Writing {
    const known = this.#writers.get(writer)
    if (known !== undefined) return known
    const queue = new BatchQueue()
    const writing: Writing = { queue, result: this.#storage(storage).write(queue), failure: undefined }
    writing.result.catch((error) => {
      writing.failure = { error }
    })
    this.#writers.set(writer, writing)
    return writing
  }
}

/** What an operator in another process says became of a row is data that nobody has checked. */
function isFate(fate: RowFate): boolean {
  const { kind, rowId, into, rows, reason } = fate as unknown as Partial<Record<string, unknown>>
  if (typeof rowId !== 'string') return false
  if (kind === 'merged') return typeof into === 'string'
  if (kind === 'split') return Number.isSafeInteger(rows) && (rows as number) >= 0
  return kind === 'dropped' && (reason === undefined || typeof reason === 'string')
}
