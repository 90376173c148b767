import type { StepCounts } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'

/** Counts the rows of one step while it runs. */
export class StepCounter implements StepCounts {
  rowsIn = 0
  rowsOut = 0
  rejected = 0
  dropped = 0
  merged = 0
  created = 0
  /** The first rows that came, as long as they have not failed. */
  readonly #first = new Set<RowId>()
  #firstLeft: number

  /** @param failFast How many rows are the first. */
  constructor(failFast = 20) {
    this.#firstLeft = failFast
  }

  /** A row comes in. */
  enter(id: RowId): void {
    this.rowsIn++
    this.begin(id)
  }

  /** A row's turn has come; whether it counts as having come in is told later. */
  begin(id: RowId): void {
    if (this.#firstLeft === 0) return
    this.#firstLeft--
    this.#first.add(id)
  }

  /** A row that had begun does not count: it failed in another step. */
  withdraw(id: RowId): void {
    if (this.#first.delete(id)) this.#firstLeft++
  }

  /** A row failed. */
  fail(id: RowId): void {
    this.rejected++
    this.#first.delete(id)
  }

  /**
   * Whether every one of the first rows has failed, and no other has succeeded. It is the first that came which
   * count, not the first that finished: failures are often faster than answers.
   */
  get firstRowsFailed(): boolean {
    return this.#firstLeft === 0 && this.#first.size === 0 && this.rowsOut + this.dropped === 0
  }

  snapshot(): StepCounts {
    const { rowsIn, rowsOut, rejected, dropped, merged, created } = this
    return { rowsIn, rowsOut, rejected, dropped, merged, created }
  }

  add(counts: Partial<StepCounts>): void {
    this.rowsIn += counts.rowsIn ?? 0
    this.rowsOut += counts.rowsOut ?? 0
    this.rejected += counts.rejected ?? 0
    this.dropped += counts.dropped ?? 0
    this.merged += counts.merged ?? 0
    this.created += counts.created ?? 0
  }

  /** Rows in + created = out + rejected + dropped + merged. @throws MAESTRO_RUN_COUNTS */
  assertSum(step: string): void {
    const { rowsIn, rowsOut, rejected, dropped, merged, created } = this
    if (rowsIn + created === rowsOut + rejected + dropped + merged) return
    throw maestroError('MAESTRO_RUN_COUNTS', { step, counts: JSON.stringify(this.snapshot()) })
  }
}
