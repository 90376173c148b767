import type { LimiterState } from './limiter.js'

const betweenMs = 250

/**
 * Reports a state to its listeners when it changes, at most a few times per second. The last change is always reported.
 */
export class StateReporter {
  readonly #read: () => LimiterState
  readonly #listeners = new Set<(state: LimiterState) => void>()
  #timer: NodeJS.Timeout | undefined
  #changed = false

  constructor(read: () => LimiterState) {
    this.#read = read
  }

  observe(listener: (state: LimiterState) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  changed(): void {
    this.#changed = true
    if (this.#timer === undefined && this.#listeners.size > 0) this.#report()
  }

  #report(): void {
    this.#timer = undefined
    if (!this.#changed) return
    this.#changed = false
    const state = this.#read()
    for (const listener of this.#listeners) {
      try {
        listener(state)
      } catch {
        // A listener that throws is removed; the calls continue.
        this.#listeners.delete(listener)
      }
    }
    // This timer must not keep the process alive.
    this.#timer = setTimeout(() => this.#report(), betweenMs).unref()
  }
}
