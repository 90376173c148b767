import { setImmediate } from 'node:timers/promises'
import { type IdNumbers, numbersOf } from '../../contracts/numbered-ids.js'
import type { Row, RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { Breath } from './breath.js'
import type { Child } from './chain-events.js'
import { type Entry, emitLeaf, OrderedWindow } from './ordered-window.js'
import { OutputBuffer } from './output-buffer.js'
import { RowChain } from './row-chain.js'
import type { RowStreamOptions } from './row-stream-options.js'
import { clearEntry, type RowToEnter, rowToEnter } from './row-to-enter.js'
import type { StreamPartitions } from './stream-partitions.js'
import { WaitingChildren } from './waiting-children.js'

/** The bytes of rows that may come in while those before them are written. */
const bytesAhead = 1 << 20
/** The bytes of finished rows that may wait for a commit while others come in. */
const bytesBehindCommit = 1 << 23

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
  /** The bytes that came in since the output was idle. */
  #aheadBytes = 0
  /** The record that enters. What becomes of it at once needs neither the window nor an event. */
  #entering: Entry | undefined
  /** A record that has left, to be used again. */
  #spare: RowToEnter | undefined
  /** Children of flatMaps that wait until there is room for them. */
  readonly #children = new WaitingChildren()
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
    this.#output = new OutputBuffer(options.emit, this.#signal, { written: () => this.#written(), failed })
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
    // A whole number, so that the records keep their shape.
    const bytesEach = rows.length === 0 ? 0 : Math.ceil(bytes / rows.length)
    if (this.#begun || rows.length === 0) return this.#feedFrom(0, ids, rows, bytesEach)
    // The first row goes ahead by one turn of the event loop: a step whose async function gives one object for all rows
    // has then given the first one before it changes it. The row leaves together with the others.
    this.#begun = true
    this.#feeding = true
    this.#enter(ids, rows, 0, bytesEach, numbersOf(ids))
    return setImmediate().then(() => {
      this.#feeding = false
      return this.#whenRoom().then(() => this.#feedFrom(1, ids, rows, bytesEach))
    })
  }

  #feedFrom(start: number, ids: readonly RowId[], rows: readonly Row[], bytesEach: number): void | Promise<void> {
    this.#feeding = true
    const breath = new Breath()
    const numbers = numbersOf(ids)
    for (let index = start; index < rows.length; index++) {
      if (this.#failed) throw this.#failure
      this.#enter(ids, rows, index, bytesEach, numbers)
      const isLong = breath.isLong() && index + 1 < rows.length
      if (isLong || this.#isFull()) {
        this.#feeding = false
        const turn = isLong ? setImmediate() : Promise.resolve()
        return turn.then(() => this.#whenRoom()).then(() => this.#feedFrom(index + 1, ids, rows, bytesEach))
      }
    }
    this.#feeding = false
    this.#aheadBytes += bytesEach * rows.length
    this.#flushWhenIdle()
    if (this.#failed) throw this.#failure
    if (this.#isAhead()) return this.#whenNotAhead()
  }

  /** Rows that arrive while others are written are written together. */
  #flushWhenIdle(): void {
    if (this.#output.writing !== undefined) return
    this.#output.flush()
    this.#aheadBytes = 0
  }

  #written(): void {
    if (!this.#feeding) this.#flushWhenIdle()
    this.#signalChange()
  }

  /** Whether rows came in faster than the output takes them. During a commit, finished rows wait in the window. */
  #isAhead(): boolean {
    if (this.#committing !== undefined)
      return this.#window.heldBytes >= Math.min(bytesBehindCommit, this.#options.bytesInFlight / 4)
    return this.#output.writing !== undefined && this.#aheadBytes >= bytesAhead
  }

  async #whenNotAhead(): Promise<void> {
    while (!this.#failed && this.#isAhead()) await this.#nextChange()
    if (this.#failed) throw this.#failure
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

  #enter(
    ids: readonly RowId[],
    rows: readonly Row[],
    index: number,
    bytes: number,
    numbers: IdNumbers | undefined,
  ): void {
    const work = this.#spare ?? rowToEnter()
    const { entry } = work
    this.#spare = undefined
    work.id = entry.id = ids[index] as RowId
    work.row = rows[index] as Row
    entry.numbers = numbers
    entry.number = numbers === undefined ? 0 : numbers.first + index
    entry.bytes = bytes
    this.#inWork++
    this.#unfinishedBytes += bytes
    this.#entering = entry
    this.#chain.advance(work, 0)
    this.#entering = undefined
    if (entry.pending === 0 && this.#window.size === 0 && this.#committing === undefined) {
      this.#leaveAtOnce(work)
      return
    }
    this.#window.push(entry)
    if (entry.pending === 0) this.#entryDone(entry)
    else if (this.#children.size > 0) this.#startChildren()
  }

  /** A record leaves that no other one is before. */
  #leaveAtOnce(work: RowToEnter): void {
    const { entry } = work
    this.#unfinishedBytes -= entry.bytes
    try {
      this.#options.left?.(entry)
      emitLeaf(entry, this.#output.add)
      this.#commitIfDue()
    } catch (error) {
      this.#fail(error)
      return
    }
    clearEntry(entry)
    this.#spare = work
  }

  #branched(entry: Entry, children: readonly Child[]): void {
    this.#children.add(children)
    entry.pending += children.length
    this.#leafDone(entry)
  }

  /** Sends waiting children on while there is room for them. */
  #startChildren(): void {
    this.#children.start(
      () => this.#inWork < this.#options.rowsInFlight && !this.#failed,
      (child) => {
        this.#inWork++
        this.#chain.advance(child, child.from)
      },
    )
  }

  #leafDone(entry: Entry): void {
    this.#inWork--
    entry.pending--
    if (entry === this.#entering) return
    if (entry.pending === 0 && !this.#entryDone(entry)) return
    if (this.#children.size > 0) this.#startChildren()
    if (this.#feeding) return
    this.#output.flushSoon()
    this.#signalChange()
  }

  /** All of a record is done. @returns false if the stream has failed with it */
  #entryDone(entry: Entry): boolean {
    this.#unfinishedBytes -= entry.bytes
    try {
      this.#window.finished(entry)
      this.#drain()
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Lets finished records leave, up to the end of a partition. */
  #drain(): void {
    const { left, partitions } = this.#options
    if (this.#committing !== undefined) return
    this.#window.drain(this.#output.add, left, partitions?.isDue)
    this.#commitIfDue()
  }

  #commitIfDue(): void {
    const { partitions } = this.#options
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
