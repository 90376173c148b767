import type { ObserverReport } from '../../contracts/report.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { ObserverFailure } from '../../hooks/observer-failures.js'

/** Counts the failures of observers in one run. Each plugin is reported once. */
export class ObserverCounter {
  readonly #run: string
  readonly #report: (failure: ObserverFailure) => void
  readonly #counts = new Map<string, { -readonly [Name in keyof ObserverReport]: ObserverReport[Name] }>()
  readonly #reported = new Set<string>()
  /** The first failure of an observer that every run requires. */
  critical: MaestroError | undefined

  /** @param report Called for the first failure of each plugin. */
  constructor(run: string, report: (failure: ObserverFailure) => void) {
    this.#run = run
    this.#report = report
  }

  readonly add = (failure: ObserverFailure): void => {
    const { plugin, hook, error, run, critical } = failure
    if (run !== undefined && run !== this.#run) return
    if (critical) this.critical ??= error
    const known = this.#counts.get(`${plugin} ${hook}`)
    if (known === undefined)
      this.#counts.set(`${plugin} ${hook}`, { plugin, hook, failures: 1, message: error.message })
    else known.failures++
    if (this.#reported.has(plugin)) return
    this.#reported.add(plugin)
    this.#report(failure)
  }

  list(): readonly ObserverReport[] {
    return [...this.#counts.values()].map((count) => ({ ...count }))
  }
}
