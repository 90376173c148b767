import type { MaestroError } from '../errors/maestro-error.js'

/** A tap that observes has failed. */
export interface ObserverFailure {
  readonly plugin: string
  readonly hook: string
  readonly error: MaestroError
  /** The run that the event was about; undefined for an event that names none. */
  readonly run: string | undefined
  /** Whether the plugin says that no run goes on without this tap. */
  readonly critical: boolean
}

type Listener = (failure: ObserverFailure) => void

/** Passes the failures of taps on to the runs that are going on. Without any, the plugin is named once in the log. */
export class ObserverFailures {
  readonly #listeners = new Set<Listener>()
  readonly #logged = new Set<string>()
  readonly #log: (failure: ObserverFailure) => void

  constructor(log: (failure: ObserverFailure) => void = () => undefined) {
    this.#log = log
  }

  /** @returns what ends the listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly add = (failure: ObserverFailure): void => {
    for (const listener of this.#listeners) listener(failure)
    if (this.#listeners.size > 0 || this.#logged.has(failure.plugin)) return
    this.#logged.add(failure.plugin)
    this.#log(failure)
  }
}
