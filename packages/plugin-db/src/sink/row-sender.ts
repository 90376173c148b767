import type { RefusedRow } from '@maestro-dataflow/core'
import type { BatchWriter } from './batch-writer.js'
import type { RowPart, RowRun } from './row-run.js'
import { refusal } from './row-shapes.js'

/** The maximum rows and approximate bytes that wait while others are on their way; lines wait outside the heap. */
const mostWaiting = { rows: 16_384, values: 1 << 19, lines: 3 << 19 }

/** Sends encoded rows to the database while the next ones arrive, as many at once as have arrived meanwhile. */
export class RowSender {
  /** Whether rows are sent as lines, and not as values. */
  sendsLines = false
  readonly #table: string
  readonly #write: BatchWriter['write']
  #waiting: RowPart[] = []
  #waits = { rows: 0, bytes: 0 }
  /** The rows on their way to the database. */
  #going: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  /** Rows that the database refused and that are not yet reported. */
  readonly #refused: RefusedRow[] = []
  #rows = 0

  /**
   * @param table The table in messages.
   * @param write Sends rows, reports when they are on their way, and returns those that the database refuses.
   */
  constructor(table: string, write: BatchWriter['write']) {
    this.#table = table
    this.#write = write
  }

  /** The number of rows that were added and not refused. */
  get rows(): number {
    return this.#rows
  }

  /** Whether rows are on their way. */
  get isSending(): boolean {
    return this.#going !== undefined
  }

  async add(parts: readonly RowPart[], rows: number): Promise<void> {
    this.#waiting.push(...parts)
    this.#rows += rows
    this.#waits.rows += rows
    for (const { bytes } of parts) this.#waits.bytes += bytes
    const mostBytes = this.sendsLines ? mostWaiting.lines : mostWaiting.values
    if (this.#waits.rows >= mostWaiting.rows || this.#waits.bytes >= mostBytes) await this.#going
    await this.#send()
  }

  /**
   * Takes the rows that the database has refused.
   *
   * @param last Whether to send all rows before.
   */
  async refused(last: boolean): Promise<readonly RefusedRow[]> {
    while (last && (this.#going !== undefined || this.#waiting.length > 0)) {
      await this.#going
      await this.#send()
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#refused.splice(0)
  }

  /** Waits for the rows on their way. */
  async settled(): Promise<void> {
    await this.#going
  }

  /**
   * Sends the waiting rows, unless others are on their way. A failure is thrown by the next call.
   *
   * @returns a promise that resolves when they are on their way: work of this thread before that would delay the
   *   server
   */
  #send(): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#going !== undefined || this.#waiting.length === 0) return undefined
    const runs = together(this.#waiting)
    this.#waiting = []
    this.#waits = { rows: 0, bytes: 0 }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#going = this.#write(runs, resolve)
      .then((refused) => {
        for (const { row, reason } of refused)
          this.#refused.push({ id: row.id, row: row.row, error: refusal(this.#table, reason).at({ rowId: row.id }) })
        this.#rows -= refused.length
      })
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#going = undefined
        resolve()
      })
    return promise
  }
}

/** Joins consecutive parts with the same columns. */
function together(parts: readonly RowPart[]): readonly RowRun[] {
  const runs: { columns: readonly string[]; parts: RowPart[] }[] = []
  for (const part of parts) {
    const last = runs.at(-1)
    if (last?.columns === part.columns) last.parts.push(part)
    else runs.push({ columns: part.columns, parts: [part] })
  }
  return runs
}
