import type { Row, RowId } from '../../contracts/row.js'

/** Receives rows in order. A returned promise means that the next rows have to wait. */
export type EmitRows = (ids: RowId[], rows: Row[]) => void | Promise<void>

/** The events of a buffer's writes. */
export interface OutputEvents {
  written(): void
  failed(error: unknown): void
}

const batchRows = 1024

/** Gathers the rows that leave a stream and passes them on in batches, one write after the other. */
export class OutputBuffer {
  readonly #emit: EmitRows
  readonly #signal: AbortSignal
  readonly #events: OutputEvents
  #ids: RowId[] = []
  #rows: Row[] = []
  #writing: Promise<void> | undefined
  #scheduled: NodeJS.Immediate | undefined

  /** @param signal Nothing is written after it has fired. */
  constructor(emit: EmitRows, signal: AbortSignal, events: OutputEvents) {
    this.#emit = emit
    this.#signal = signal
    this.#events = events
  }

  /** The write in progress. It never rejects: the events report failures. */
  get writing(): Promise<void> | undefined {
    return this.#writing
  }

  readonly add = (id: RowId, row: Row): void => {
    this.#ids.push(id)
    this.#rows.push(row)
    if (this.#rows.length >= batchRows) this.flush()
  }

  /** Passes on the rows that have arrived. */
  flush(): void {
    if (this.#rows.length === 0 || this.#signal.aborted) return
    const ids = this.#ids
    const rows = this.#rows
    this.#ids = []
    this.#rows = []
    if (this.#writing !== undefined) {
      this.#track(this.#writeAfter(this.#writing, ids, rows))
      return
    }
    try {
      const result = this.#emit(ids, rows)
      if (result !== undefined) this.#track(result)
    } catch (error) {
      this.#events.failed(error)
    }
  }

  /** Passes on, together, the rows that arrive in this turn of the event loop. */
  flushSoon(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.flush()
    })
  }

  dispose(): void {
    clearImmediate(this.#scheduled)
  }

  async #writeAfter(before: Promise<void>, ids: RowId[], rows: Row[]): Promise<void> {
    await before
    if (!this.#signal.aborted) await this.#emit(ids, rows)
  }

  #track(write: Promise<void>): void {
    const tracked = write.then(
      () => {
        if (this.#writing === tracked) this.#writing = undefined
        this.#events.written()
      },
      (error) => {
        if (this.#writing === tracked) this.#writing = undefined
        this.#events.failed(error)
      },
    )
    this.#writing = tracked
  }
}
