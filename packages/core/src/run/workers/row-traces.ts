import type { Row, RowId } from '../../contracts/row.js'
import type { TraceRow } from '../stream/trace-row.js'

/** A row that left a step. */
export interface TracedRow {
  readonly step: string
  readonly id: RowId
  readonly row: Row
}

/** Notes the first rows that leave each step. */
export class RowTraces {
  readonly rows: TracedRow[] = []
  readonly #most: number
  readonly #counts = new Map<string, number>()

  /** @param most The number of rows after each step. */
  constructor(most: number) {
    this.#most = most
  }

  /** Undefined if no row is noted. */
  get trace(): TraceRow | undefined {
    return this.#most > 0 ? this.#add : undefined
  }

  readonly #add: TraceRow = (step, id, row) => {
    const known = this.#counts.get(step) ?? 0
    if (known >= this.#most) return
    this.#counts.set(step, known + 1)
    this.rows.push({ step, id, row })
  }
}
