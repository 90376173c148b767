import type { StepCounts } from '../../contracts/report.js'
import type { Entry, Leaf } from '../stream/ordered-window.js'
import type { StageProgress } from './stage-progress.js'

/** What a step did to rows besides passing them on. */
interface Losses {
  dropped: number
  rejected: number
  created: number
}

/**
 * Counts what happened to the rows that have left the window of a stage. The counters of the steps are ahead of it: they
 * include the rows in progress.
 */
export class LeftCounts {
  readonly #steps: readonly string[]
  readonly #losses: ReadonlyMap<string, Losses>
  /** The rows that have left. */
  rows: number

  /**
   * @param steps The steps in order; the first one is `source` if the stage reads the source.
   * @param before What an earlier process of the run has committed.
   */
  constructor(
    steps: readonly string[],
    before: Pick<StageProgress, 'input' | 'counts'> = { input: { rows: 0, records: 0 }, counts: {} },
  ) {
    const { input, counts } = before
    this.#steps = steps
    this.rows = input.rows
    this.#losses = new Map(
      steps.map((step) => {
        const { dropped = 0, rejected = 0, created = 0 } = counts[step] ?? {}
        const unread = step === 'source' ? input.records - input.rows : 0
        return [step, { dropped, rejected: rejected - unread, created }]
      }),
    )
  }

  left(entry: Entry): void {
    this.rows++
    if (entry.row === undefined) this.#addLosses(entry)
  }

  /** Counts rows of the last step, or of the source without steps, that the step file refused. */
  refused(step: string, rows: number): void {
    const losses = this.#losses.get(step)
    if (losses !== undefined) losses.rejected += rows
  }

  /**
   * The counts of each step: what enters one is what left the one before.
   *
   * @param unread The number of records that the source could not read.
   */
  counts(unread: number): Readonly<Record<string, StepCounts>> {
    const counts: Record<string, StepCounts> = {}
    let rowsIn = this.rows
    for (const step of this.#steps) {
      const { dropped, rejected: lost, created } = this.#losses.get(step) as Losses
      const rejected = lost + (step === 'source' ? unread : 0)
      if (step === 'source') rowsIn += unread
      const rowsOut = rowsIn + created - dropped - rejected
      counts[step] = { rowsIn, rowsOut, rejected, dropped, merged: 0, created }
      rowsIn = rowsOut
    }
    return counts
  }

  #addLosses(leaf: Leaf): void {
    const { id, children, lost, rejected } = leaf
    if (lost !== undefined) this.#of(lost.step).dropped++
    else if (rejected !== undefined) this.#of(rejected).rejected++
    else if (children !== undefined) {
      const [first] = children
      this.#of((first as Leaf).id.slice(id.length + 1, -2)).created += children.length - 1
      for (const child of children) if (child.row === undefined) this.#addLosses(child)
    }
  }

  #of(step: string): Losses {
    return this.#losses.get(step) as Losses
  }
}
