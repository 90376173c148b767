/** A call under way, and how many wait for it. */
interface Shared<Result> {
  readonly result: Promise<Result>
  readonly stop: AbortController
  waiting: number
}

/**
 * Joins identical calls that are under way: the first one asks, the others get its answer. The call is stopped only
 * when all who wait for it have given up.
 */
export class InFlight<Result> {
  readonly #calls = new Map<string, Shared<Result>>()

  /** Whether a call of this key is under way. */
  has(key: string): boolean {
    return this.#calls.has(key)
  }

  /** @throws the signal's reason when it fires, what `start` throws */
  async join(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const call = this.#calls.get(key) ?? this.#start(key, start)
    call.waiting++
    let leave: (() => void) | undefined
    try {
      if (signal === undefined) return await call.result
      return await new Promise<Result>((resolve, reject) => {
        leave = () => reject(signal.reason)
        signal.addEventListener('abort', leave)
        call.result.then(resolve, reject)
      })
    } finally {
      if (leave !== undefined) signal?.removeEventListener('abort', leave)
      call.waiting--
      if (call.waiting === 0) call.stop.abort(signal?.reason)
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Result>): Shared<Result> {
    const stop = new AbortController()
    const result = start(stop.signal)
    const call: Shared<Result> = { result, stop, waiting: 0 }
    this.#calls.set(key, call)
    const forget = () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key)
    }
    result.then(forget, forget)
    stop.signal.addEventListener('abort', forget, { once: true })
    return call
  }
}
