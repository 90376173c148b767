/**
 * The signal of one call: it follows other signals until it is released. What `AbortSignal.any` and
 * `AbortSignal.timeout` make stays in memory beside a signal that lives for a whole run, once for each call.
 */
export class CallSignal {
  readonly #controller = new AbortController()
  readonly #leave: (() => void)[] = []

  constructor(followed: Iterable<AbortSignal | undefined>) {
    for (const signal of followed) {
      if (signal === undefined) continue
      const follow = () => this.#controller.abort(signal.reason)
      if (signal.aborted) follow()
      else {
        signal.addEventListener('abort', follow, { once: true })
        this.#leave.push(() => signal.removeEventListener('abort', follow))
      }
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Aborts after so many milliseconds; says whether that has happened. */
  limit(milliseconds: number): { readonly isOver: () => boolean } {
    let over = false
    const timer = setTimeout(() => {
      if (this.signal.aborted) return
      over = true
      this.#controller.abort(new DOMException('The time is over.', 'TimeoutError'))
    }, milliseconds)
    this.#leave.push(() => clearTimeout(timer))
    return { isOver: () => over }
  }

  release(): void {
    for (const leave of this.#leave) leave()
  }
}
