import { onAbort } from '../../provider/on-abort.js'

/** A call in progress, and the number of its waiting callers. */
interface Shared<Result> {
  readonly result: Promise<Result>
  readonly stop: AbortController
  waiting: number
  ended: boolean
}

/**
 * Joins identical calls in progress: the first one asks, and the others receive its answer. The call is stopped only
 * when all of its callers have given up.
 */
export class InFlight<Result> {
  readonly #calls = new Map<string, Shared<Result>>()

  /** Whether a call with this key is in progress. */
  has(key: string): boolean {
    return this.#calls.has(key)
  }

  /** @throws the signal's reason when it fires, and what `start` throws */
  async join(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const call = this.#calls.get(key) ?? this.#start(key, start)
    call.waiting++
    try {
      return await (signal === undefined ? call.result : untilAborted(call.result, signal))
    } finally {
      call.waiting--
      if (call.waiting === 0 && !call.ended) {
        this.#forget(key, call)
        call.stop.abort(signal?.reason)
      }
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Result>): Shared<Result> {
    const stop = new AbortController()
    const call: Shared<Result> = { result: start(stop.signal), stop, waiting: 0, ended: false }
    this.#calls.set(key, call)
    const end = () => {
      call.ended = true
      this.#forget(key, call)
    }
    call.result.then(end, end)
    return call
  }

  /** Another call with the same key may have begun since. */
  #forget(key: string, call: Shared<Result>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key)
  }
}

function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const ignore = onAbort(signal, () => reject(signal.reason))
    result.then(
      (value) => {
        ignore()
        resolve(value)
      },
      (error) => {
        ignore()
        reject(error)
      },
    )
  })
}
