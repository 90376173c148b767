import type { StepCounts } from '../contracts/report.js'
import { maestroError } from '../errors/error-table.js'

/** Counts the rows of one step while it runs. */
export class StepCounter implements StepCounts {
  rowsIn = 0
  rowsOut = 0
  rejected = 0
  dropped = 0
  merged = 0
  created = 0

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
