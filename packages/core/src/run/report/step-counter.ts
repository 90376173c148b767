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
  passedBy = 0
  /** The first rows that entered the step and have not failed. */
  readonly #first = new Set<RowId>()
  #firstLeft: number
  /** Rows that entered after the first ones, before any row succeeded, and whether each has failed. */
  readonly #later = new Map<RowId, boolean>()

  /** @param failFast The number of rows that count as the first ones. */
  constructor(failFast = 20) {
    this.#firstLeft = failFast
  }

  /** Counts a row that enters the step. */
  enter(id: RowId): void {
    this.rowsIn++
    this.begin(id)
  }

  /** Counts a row that passes the step by. It says nothing about whether the step works. */
  passBy(): void {
    this.rowsIn++
    this.rowsOut++
    this.passedBy++
  }

  /** Registers a row whose turn has come. Whether it counts as an input row is decided later. */
  begin(id: RowId): void {
    if (this.#firstLeft > 0) {
      this.#firstLeft--
      this.#first.add(id)
    } else if (this.rowsOut + this.dropped === 0) this.#later.set(id, false)
    else if (this.#later.size > 0) this.#later.clear()
  }

  /** Removes a row that had begun, because it failed in another step. The next one takes its place among the first. */
  withdraw(id: RowId): void {
    if (!this.#first.delete(id)) {
      this.#later.delete(id)
      return
    }
    const [next] = this.#later
    if (next === undefined) {
      this.#firstLeft++
      return
    }
    const [later, failed] = next
    this.#later.delete(later)
    if (!failed) this.#first.add(later)
  }

  /** Counts a row that failed. */
  fail(id: RowId): void {
    this.rejected++
    if (!this.#first.delete(id) && this.#later.has(id)) this.#later.set(id, true)
  }

  /**
   * Whether each of the first rows has failed and no other row has succeeded. The first rows are those that entered
   * first, not those that finished first, because failures are often faster than answers.
   */
  get firstRowsFailed(): boolean {
    return this.#firstLeft === 0 && this.#first.size === 0 && this.rowsOut - this.passedBy + this.dropped === 0
  }

  snapshot(): StepCounts {
    const { rowsIn, rowsOut, rejected, dropped, merged, created, passedBy } = this
    const counts = { rowsIn, rowsOut, rejected, dropped, merged, created }
    return passedBy === 0 ? counts : { ...counts, passedBy }
  }

  add(counts: Partial<StepCounts>): void {
    this.rowsIn += counts.rowsIn ?? 0
    this.rowsOut += counts.rowsOut ?? 0
    this.rejected += counts.rejected ?? 0
    this.dropped += counts.dropped ?? 0
    this.merged += counts.merged ?? 0
    this.created += counts.created ?? 0
    this.passedBy += counts.passedBy ?? 0
  }

  /** Takes over the counts of rows from an earlier process of the run. */
  restore(counts: StepCounts): void {
    this.add(counts)
    this.#firstLeft = Math.max(0, this.#firstLeft - (counts.rowsIn - (counts.passedBy ?? 0)))
  }

  /** Checks that rows in + created = out + rejected + dropped + merged. @throws MAESTRO_RUN_COUNTS */
  assertSum(step: string): void {
    const { rowsIn, rowsOut, rejected, dropped, merged, created } = this
    if (rowsIn + created === rowsOut + rejected + dropped + merged) return
    throw maestroError('MAESTRO_RUN_COUNTS', { step, counts: JSON.stringify(this.snapshot()) })
  }
}
