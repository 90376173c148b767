import type { StepCounts } from '../../contracts/report.js'
import type { Entry, Leaf } from '../stream/ordered-window.js'
import type { StageProgress } from './stage-progress.js'

/** What became of rows at a step, besides that it took them on. */
interface Fates {
  dropped: number
  rejected: number
  created: number
  passedBy: number
}

/**
 * Counts what happened to the rows that have left the window of a stage. The counters of the steps are ahead of it: they
 * include the rows in progress.
 */
export class LeftCounts {
  readonly #steps: readonly string[]
  readonly #fates: ReadonlyMap<string, Fates>
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
    this.#fates = new Map(
      steps.map((step) => {
        const { dropped = 0, rejected = 0, created = 0, passedBy = 0 } = counts[step] ?? {}
        const unread = step === 'source' ? input.records - input.rows : 0
        return [step, { dropped, rejected: rejected - unread, created, passedBy }]
      }),
    )
  }

  left(entry: Entry): void {
    this.rows++
    if (entry.row === undefined || entry.passedBy !== undefined) this.#add(entry)
  }

  /** Counts rows of the last step, or of the source without steps, that the step file refused. */
  refused(step: string, rows: number): void {
    const fates = this.#fates.get(step)
    if (fates !== undefined) fates.rejected += rows
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
      const { dropped, rejected: lost, created, passedBy } = this.#of(step)
      const rejected = lost + (step === 'source' ? unread : 0)
      if (step === 'source') rowsIn += unread
      const rowsOut = rowsIn + created - dropped - rejected
      const count = { rowsIn, rowsOut, rejected, dropped, merged: 0, created }
      counts[step] = passedBy === 0 ? count : { ...count, passedBy }
      rowsIn = rowsOut
    }
    return counts
  }

  #add({ id, children, lost, rejected, passedBy = [] }: Leaf): void {
    for (const step of passedBy) this.#of(step).passedBy++
    if (lost !== undefined) this.#of(lost.step).dropped++
    else if (rejected !== undefined) this.#of(rejected).rejected++
    else if (children !== undefined) {
      const [first] = children
      this.#of((first as Leaf).id.slice(id.length + 1, -2)).created += children.length - 1
      for (const child of children) this.#add(child)
    }
  }

  #of(step: string): Fates {
    return this.#fates.get(step) as Fates
  }
}
