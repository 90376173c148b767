import type { RunConfig } from '../../contracts/config.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { StepCounter } from './step-counter.js'

/**
 * Without `maxRejects`, a run fails when more than `share` of at least `rows` rows are rejected. A few rows need a
 * clearer majority, because one or two unusual rows say little about the rest.
 */
const defaultLimits = [
  { rows: 50, share: 0.2 },
  { rows: 10, share: 0.5 },
]

/** Limits how many rejected rows a run accepts. */
export class RejectPolicy {
  readonly #maxRejects: number | undefined
  readonly #maxShare: number | undefined
  #rejects = 0

  constructor({ maxRejects }: Pick<RunConfig, 'maxRejects'>) {
    this.#maxRejects = typeof maxRejects === 'number' ? maxRejects : undefined
    this.#maxShare = typeof maxRejects === 'string' ? Number.parseFloat(maxRejects) / 100 : undefined
  }

  get rejects(): number {
    return this.#rejects
  }

  /** Counts a rejected row of a stage that finished in an earlier process of the run. */
  restore(): void {
    this.#rejects++
  }

  /**
   * Counts a rejected row of a step whose counter already includes it. Without a counter, the number of other rows that
   * succeed is unknown.
   *
   * @throws MAESTRO_RUN_TOO_MANY_REJECTS, MAESTRO_RUN_ALL_FAILED
   */
  add(step: string, counter: StepCounter | undefined, error: MaestroError): void {
    this.#rejects++
    if (this.#maxRejects !== undefined && this.#rejects > this.#maxRejects)
      throw tooMany(this.#rejects, `${this.#maxRejects} (maxRejects)`, error)
    if (counter?.firstRowsFailed === true) throw allFailed(step, counter, error)
  }

  /**
   * Checks the share of rejected rows once all rows are known.
   *
   * @param rowsIn The number of rows that the source read.
   * @param counters The counts of the source, the steps, and the sinks by their ids.
   * @param paths The ids along each way of a row: the source, the steps, and a sink.
   * @param last The error of the last rejected row.
   * @param unchanged The rows that an incremental run passed over; they count as rows that succeeded.
   * @throws MAESTRO_RUN_TOO_MANY_REJECTS
   */
  finish(
    rowsIn: number,
    counters: readonly (readonly [string, StepCounter])[],
    paths: readonly (readonly string[])[],
    last: MaestroError | undefined,
    unchanged = 0,
  ): void {
    if (last === undefined || this.#maxRejects !== undefined) return
    if (this.#maxShare !== undefined) {
      if (this.#maxShare < 1 && this.#rejects > (rowsIn + unchanged) * this.#maxShare)
        throw tooMany(this.#rejects, `${percent(this.#maxShare)} of ${rowsIn} rows (maxRejects)`, last)
      return
    }
    const check = (rejected: number, rows: number, which: string) => {
      const exceeded = defaultLimits.find((limit) => rows >= limit.rows && rejected > rows * limit.share)
      if (exceeded !== undefined) throw tooMany(rejected, `${percent(exceeded.share)} of the ${rows} ${which}`, last)
    }
    for (const [id, counter] of counters)
      check(counter.rejected, counter.rowsIn - counter.passedBy + unchanged, `rows that entered ${id}`)
    // Each of several steps may reject a few rows, and all together most of them.
    const known = new Map(counters)
    for (const path of paths) {
      const sum = (count: 'rejected' | 'created') => path.reduce((all, id) => all + (known.get(id)?.[count] ?? 0), 0)
      check(sum('rejected'), rowsIn + sum('created') + unchanged, `rows on the way to ${path.at(-1) ?? ''}`)
    }
  }
}

const percent = (share: number): string => `${share * 100}%`

function tooMany(rejects: number, limit: string, last: MaestroError): MaestroError {
  return maestroError('MAESTRO_RUN_TOO_MANY_REJECTS', { rejects, limit, last: last.message }, last)
}

/** A step in which no row succeeded. */
export function allFailed(step: string, counter: StepCounter, error: MaestroError): MaestroError {
  return maestroError(
    'MAESTRO_RUN_ALL_FAILED',
    { step, rows: counter.rejected, reason: `${error.message} ${error.hint ?? ''}`.trim() },
    error,
  )
}
