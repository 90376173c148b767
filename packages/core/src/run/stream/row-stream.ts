import { setImmediate } from 'node:timers/promises'
import type { Row, RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import type { Child, RowChainOptions } from './chain-events.js'
import { type Entry, OrderedWindow } from './ordered-window.js'
import { type EmitRows, OutputBuffer } from './output-buffer.js'
import { RowChain } from './row-chain.js'

export interface RowStreamOptions extends RowChainOptions {
  /** The maximum number of rows in progress at once; each child of a flatMap counts. */
  readonly rowsInFlight: number
  /**
   * The maximum bytes of rows in progress. The same limit applies again to finished rows that wait for an earlier one.
   */
  readonly bytesInFlight: number
  readonly spillPath: string
  /** Stops the stream. Operators receive a signal that also fires when the stream fails. */
  readonly signal: AbortSignal
  /** Receives the rows that come out, in order. The stream waits for a returned promise. */
  readonly emit: EmitRows
  /** Receives each record that leaves, in order, before its rows. */
  readonly left?: ((entry: Entry) => void) | undefined
  /** Cuts what leaves into partitions. */
  readonly partitions?: StreamPartitions | undefined
}

/** The time in milliseconds that rows may occupy the thread before timers and signals get a turn. */
const breathAfter = 50

/** Decides where a partition of the records that leave ends, and commits it. */
export interface StreamPartitions {
  /** Whether the last record that has left ends a partition. */
  isDue(): boolean
  /** Called when all rows of the partition are written. Until it resolves, no further record leaves. */
  commit(): Promise<void>
}

/**
 * Streams rows through a chain of row steps. A row continues as soon as its own step is done: a slow call delays
 * neither the other calls nor the later steps. Rows leave in the order in which they arrived.
 */
export class RowStream {
  readonly #options: RowStreamOptions
  readonly #chain: RowChain
  readonly #window: OrderedWindow
  readonly #output: OutputBuffer
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  #inWork = 0
  #unfinishedBytes = 0
  /** Children of flatMaps that wait until there is room for them. */
  #children: Child[] = []
  #nextChild = 0
  #startingChildren = false
  #failure: unknown
  #failed = false
  #feeding = false
  #begun = false
  #wake: (() => void) | undefined
  #committing: Promise<void> | undefined

  constructor(options: RowStreamOptions) {
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal])
    const failed = (error: unknown) => this.#fail(error)
    this.#chain = new RowChain(
      { ...options, signal: this.#signal },
      {
        leafDone: (entry) => this.#leafDone(entry),
        branched: (entry, children) => this.#branched(entry, children),
        failed,
      },
    )
    this.#window = new OrderedWindow(options.bytesInFlight, options.spillPath)
    this.#output = new OutputBuffer(options.emit, this.#signal, { written: () => this.#signalChange(), failed })
    if (options.signal.aborted) this.#onAbort()
    else options.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Fires when the stream is stopped or has failed. No further result is needed then. */
  get signal(): AbortSignal {
    return this.#signal
  }

  /**
   * Sends a batch into the chain. Await a returned promise before you send the next one. @throws the error that stopped
   * the stream
   */
  feed(ids: readonly RowId[], rows: readonly Row[], bytes: number): void | Promise<void> {
    const bytesEach = rows.length === 0 ? 0 : bytes / rows.length
    if (this.#begun || rows.length === 0) return this.#feedFrom(0, ids, rows, bytesEach)
    // The first row goes ahead by one turn of the event loop: a step whose async function gives one object for all rows
    // has then given the first one before it changes it. The row leaves together with the others.
    this.#begun = true
    this.#feeding = true
    this.#enter(ids[0] as RowId, rows[0] as Row, bytesEach)
    return setImmediate().then(() => {
      this.#feeding = false
      return this.#whenRoom().then(() => this.#feedFrom(1, ids, rows, bytesEach))
    })
  }

  #feedFrom(start: number, ids: readonly RowId[], rows: readonly Row[], bytesEach: number): void | Promise<void> {
    this.#feeding = true
    const began = performance.now()
    for (let index = start; index < rows.length; index++) {
      if (this.#failed) throw this.#failure
      this.#enter(ids[index] as RowId, rows[index] as Row, bytesEach)
      const isLong = performance.now() - began > breathAfter && index + 1 < rows.length
      if (isLong || this.#isFull()) {
        this.#feeding = false
        const turn = isLong ? setImmediate() : Promise.resolve()
        return turn.then(() => this.#whenRoom()).then(() => this.#feedFrom(index + 1, ids, rows, bytesEach))
      }
    }
    this.#feeding = false
    this.#output.flush()
    if (this.#failed) throw this.#failure
    return this.#committing ?? this.#output.writing
  }

  /** Waits until every row has left. @throws the error that stopped the stream */
  async finish(): Promise<void> {
    while (!this.#failed && (this.#window.size > 0 || this.#committing !== undefined)) {
      this.#chain.flushWhenIdle(this.#inWork)
      if (this.#window.size > 0 || this.#committing !== undefined) await this.#nextChange()
    }
    this.#output.flush()
    await this.#output.writing
    if (this.#failed) throw this.#failure
  }

  /** Stops all work in progress and frees what the stream holds. Nothing is written to an output afterwards. */
  async dispose(): Promise<void> {
    if (!this.#failed) this.#fail(maestroError('MAESTRO_RUN_ABORTED', {}))
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#chain.dispose()
    this.#window.dispose()
    this.#output.dispose()
    await this.#output.writing
    await this.#committing
  }

  readonly #onAbort = (): void => {
    this.#fail(maestroError('MAESTRO_RUN_ABORTED', {}, this.#options.signal.reason))
  }

  #enter(id: RowId, row: Row, bytes: number): void {
    const entry: Entry = {
      id,
      row: undefined,
      children: undefined,
      lost: undefined,
      rejected: undefined,
      pending: 1,
      bytes,
      held: 0,
      spilled: undefined,
    }
    this.#inWork++
    this.#unfinishedBytes += bytes
    this.#window.push(entry)
    this.#chain.advance({ entry, leaf: entry, id, row }, 0)
  }

  #branched(entry: Entry, children: readonly Child[]): void {
    for (const child of children) this.#children.push(child)
    entry.pending += children.length
    this.#leafDone(entry)
  }

  /** Sends waiting children on while there is room for them. */
  #startChildren(): void {
    if (this.#startingChildren) return
    this.#startingChildren = true
    while (this.#nextChild < this.#children.length && this.#inWork < this.#options.rowsInFlight && !this.#failed) {
      const child = this.#children[this.#nextChild] as Child
      this.#nextChild++
      if (this.#nextChild === this.#children.length) {
        this.#children = []
        this.#nextChild = 0
      }
      this.#inWork++
      this.#chain.advance(child, child.from)
    }
    this.#startingChildren = false
  }

  #leafDone(entry: Entry): void {
    this.#inWork--
    entry.pending--
    if (entry.pending === 0) {
      this.#unfinishedBytes -= entry.bytes
      try {
        this.#window.finished(entry)
        this.#drain()
      } catch (error) {
        this.#fail(error)
        return
      }
    }
    if (this.#children.length > 0) this.#startChildren()
    if (this.#feeding) return
    this.#output.flushSoon()
    this.#signalChange()
  }

  /** Lets finished records leave, up to the end of a partition. */
  #drain(): void {
    const { left, partitions } = this.#options
    if (this.#committing !== undefined) return
    this.#window.drain(this.#output.add, left, partitions?.isDue)
    if (partitions?.isDue() !== true) return
    this.#committing = this.#commit(partitions).then(
      () => this.#committed(),
      (error) => {
        this.#committing = undefined
        this.#fail(error)
      },
    )
  }

  async #commit(partitions: StreamPartitions): Promise<void> {
    this.#output.flush()
    await this.#output.writing
    if (!this.#failed) await partitions.commit()
  }

  #committed(): void {
    this.#committing = undefined
    if (this.#failed) return
    try {
      this.#drain()
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#output.flushSoon()
    this.#signalChange()
  }

  #isFull(): boolean {
    const { rowsInFlight, bytesInFlight } = this.#options
    return this.#inWork >= rowsInFlight || (this.#unfinishedBytes >= bytesInFlight && this.#inWork > 0)
  }

  async #whenRoom(): Promise<void> {
    while (!this.#failed && this.#isFull()) {
      this.#chain.flushWhenIdle(this.#inWork)
      if (this.#isFull()) await this.#nextChange()
    }
    if (this.#failed) throw this.#failure
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #signalChange(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure = error
    this.#stop.abort(error)
    this.#signalChange()
  }
}
