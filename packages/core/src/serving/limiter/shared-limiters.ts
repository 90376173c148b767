import type { Limiter, LimiterPlace, LimiterState, Permit } from './limiter.js'

/** The limiters of this process: servings of one account and model share one, whatever run or pipeline they are in. */
const limiters = new Map<string, SimpleLimiter>()

export function limiterOf(place: LimiterPlace): Limiter {
  if (place.account === undefined) return new SimpleLimiter(place.limits.concurrency ?? 64)
  const key = JSON.stringify([place.account, place.model])
  const known = limiters.get(key)
  if (known !== undefined) return known
  const made = new SimpleLimiter(place.limits.concurrency ?? 64)
  limiters.set(key, made)
  return made
}

class SimpleLimiter implements Limiter {
  readonly #concurrency: number
  readonly #queue: (() => void)[] = []
  #inFlight = 0

  constructor(concurrency: number) {
    this.#concurrency = concurrency
  }

  get state(): LimiterState {
    return { concurrency: this.#concurrency, inFlight: this.#inFlight, waiting: this.#queue.length }
  }

  async acquire(_tokens: number, signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted()
    if (this.#inFlight >= this.#concurrency) await new Promise<void>((resolve) => this.#queue.push(resolve))
    this.#inFlight++
    return {
      release: () => {
        this.#inFlight--
        this.#queue.shift()?.()
      },
    }
  }

  observe(): () => void {
    return () => undefined
  }
}
