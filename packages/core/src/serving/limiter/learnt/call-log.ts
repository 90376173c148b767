/** One call that was sent. */
export interface Call {
  /** Counts up with each call that is sent. */
  readonly id: number
  readonly sentAt: number
  endedAt: number
  state: 'open' | 'admitted' | 'refused'
  /** Calls that were under way when it was sent. */
  readonly load: number
  /** In units of a usual call. */
  readonly cost: number
  /** Of all calls up to this one. */
  readonly costs: number
  /** Of the search for the best concurrency. */
  readonly round: number
}

const kept = 1024
const longestRun = 64

/** Over so many calls the usual size of a call is learnt. */
const memory = 64

/** The last calls in the order in which they were sent: refusals come back sooner than answers, and in no order. */
export class CallLog {
  readonly #ring: (Call | undefined)[] = Array(kept)
  #sent = 0
  #inFlight = 0
  #costs = 0
  #meanTokens = 0

  /** The id of the call that was sent last. */
  get sent(): number {
    return this.#sent
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** @param tokens What it may take: of a limit of requests each call is one, of a limit of tokens a long one is more. */
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

  /** Undefined: it was never sent, or longer ago than calls are kept. */
  find(id: number): Call | undefined {
    const call = this.#ring[id % kept]
    return call?.id === id ? call : undefined
  }

  /** The last so many calls after one, in their order. */
  last(count: number, after = 0): Call[] {
    const calls: Call[] = []
    for (let id = Math.max(after + 1, this.#sent - count + 1); id <= this.#sent; id++) {
      const call = this.find(id)
      if (call !== undefined) calls.push(call)
    }
    return calls
  }

  /** Refused calls in a row around one of them: the id of the first, and how many they are. */
  refusedInARow(id: number): { readonly from: number; readonly length: number } {
    let from = id
    let to = id
    while (id - from < longestRun && this.find(from - 1)?.state === 'refused') from--
    while (to - id < longestRun && this.find(to + 1)?.state === 'refused') to++
    return { from, length: to - from + 1 }
  }

  /** Calls between two that were not refused; one that is under way counts. */
  admittedBetween(after: number, before: number): number {
    let admitted = 0
    for (let id = Math.max(after + 1, before - kept + 1); id < before; id++)
      if (this.find(id)?.state !== 'refused') admitted++
    return admitted
  }
}
