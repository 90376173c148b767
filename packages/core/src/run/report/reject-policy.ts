import type { RunConfig } from '../../contracts/config.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { StepCounter } from './step-counter.js'

/** How many rejects a run bears. */
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

  /**
   * Counts a reject of a step, whose counter has it already. Without a counter it is not known whether others succeed.
   *
   * @throws MAESTRO_RUN_TOO_MANY_REJECTS, MAESTRO_RUN_ALL_FAILED
   */
  add(step: string, counter: StepCounter | undefined, error: MaestroError): void {
    this.#rejects++
    if (this.#maxRejects !== undefined && this.#rejects > this.#maxRejects) {
      throw maestroError(
        'MAESTRO_RUN_TOO_MANY_REJECTS',
        { rejects: this.#rejects, limit: String(this.#maxRejects), last: error.message },
        error,
      )
    }
    if (counter?.firstRowsFailed === true) throw allFailed(step, counter, error)
  }

  /** The share of rejects is looked at when the rows are known. @throws MAESTRO_RUN_TOO_MANY_REJECTS */
  finish(rowsIn: number, last: MaestroError | undefined): void {
    if (this.#maxShare === undefined || last === undefined || this.#rejects <= rowsIn * this.#maxShare) return
    const limit = `${this.#maxShare * 100}%`
    throw maestroError('MAESTRO_RUN_TOO_MANY_REJECTS', { rejects: this.#rejects, limit, last: last.message }, last)
  }
}

/** A step in which no row succeeded. */
export function allFailed(step: string, counter: StepCounter, error: MaestroError): MaestroError {
  return maestroError(
    'MAESTRO_RUN_ALL_FAILED',
    { step, rows: counter.rejected, reason: `${error.message} ${error.hint ?? ''}`.trim() },
    error,
  )
}
