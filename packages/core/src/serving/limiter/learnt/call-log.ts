/** One call that was sent. */
export interface Call {
  /** Increases with each call that is sent. */
  readonly id: number
  readonly sentAt: number
  endedAt: number
  state: 'open' | 'admitted' | 'refused'
  /** The number of calls in progress when it was sent. */
  readonly load: number
  /** The size in units of an average call. */
  readonly cost: number
  /** The sum over all calls up to this one. */
  readonly costs: number
  /** The round of the search for the best concurrency. */
  readonly round: number
}

const kept = 1024
const longestRun = 64

/** The average size of a call is learnt over this many calls. */
const memory = 64

/** The latest calls, in the order in which they were sent. Refusals return sooner than answers, and in any order. */
export class CallLog {
  readonly #ring: (Call | undefined)[] = Array(kept)
  #sent = 0
  #inFlight = 0
  #costs = 0
  #meanTokens = 0

  /** The id of the latest call. */
  get sent(): number {
    return this.#sent
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /**
   * @param tokens The maximum tokens of the call. Each call counts as one for a limit of requests, but a long call
   *   counts more for a limit of tokens.
   */
  send(now: number, tokens: number, round: number): Call {
    if (tokens > 0) this.#meanTokens += (tokens - this.#meanTokens) / Math.min(memory, this.#sent + 1)
    const cost = tokens > 0 ? tokens / this.#meanTokens : 1
    this.#costs += cost
    const call: Call = {
      id: ++this.#sent,
      sentAt: now,
      endedAt: Number.POSITIVE_INFINITY,
      state: 'open',
      load: this.#inFlight++,
      cost,
      costs: this.#costs,
      round,
    }
    this.#ring[call.id % kept] = call
    return call
  }

  end(call: Call, state: 'admitted' | 'refused', now: number): void {
    call.state = state
    call.endedAt = now
    this.#inFlight--
  }

  /** Undefined if the call was never sent, or is no longer kept. */
  find(id: number): Call | undefined {
    const call = this.#ring[id % kept]
    return call?.id === id ? call : undefined
  }

  /** The last calls after a given one, in order, up to a number. */
  last(count: number, after = 0): Call[] {
    const calls: Call[] = []
    for (let id = Math.max(after + 1, this.#sent - count + 1); id <= this.#sent; id++) {
      const call = this.find(id)
      if (call !== undefined) calls.push(call)
    }
    return calls
  }

  /**
   * The uninterrupted sequence of refused calls around one of them: the id of the first, and their number.
   *
   * @param after The calls up to this one do not count.
   */
  refusedInARow(id: number, after = 0): { readonly from: number; readonly length: number } {
    let from = id
    let to = id
    while (from > after + 1 && id - from < longestRun && this.find(from - 1)?.state === 'refused') from--
    while (to - id < longestRun && this.find(to + 1)?.state === 'refused') to++
    return { from, length: to - from + 1 }
  }

  /** Counts the calls between two calls that were not refused; calls in progress count. */
  admittedBetween(after: number, before: number): number {
    let admitted = 0
    for (let id = Math.max(after + 1, before - kept + 1); id < before; id++)
      if (this.find(id)?.state !== 'refused') admitted++
    return admitted
  }
}
