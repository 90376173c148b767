import type { Outcome, Rule, Told } from './server-rules.js'
import { type Clock, normal } from './virtual-clock.js'

export interface ServerOptions {
  readonly rules?: readonly Rule[]
  readonly latencyMs: number
  /** The spread of the logarithm of the latency. */
  readonly spread?: number
  /** The number of calls that the server works on at once; others wait inside it. */
  readonly slots?: number
  /** The factor of the latency for a number of calls inside. */
  readonly load?: (inside: number) => number
  /** This share of calls takes longer by this factor. */
  readonly stragglers?: { share: number; times: number }
  readonly refusalMs?: number
}

/** The properties of a row, the same for all clients that are compared. */
export interface Row {
  readonly slowness: number
  readonly tokens: number
}

export class Server {
  inside = 0
  refused = 0
  #busy = 0
  #queue: (() => void)[] = []
  readonly #clock: Clock
  readonly #options: ServerOptions
  readonly #random: () => number

  constructor(clock: Clock, options: ServerOptions, random: () => number) {
    this.#random = random
    this.#clock = clock
    this.#options = options
  }

  /** When a call would be admitted, as far as that can be known; infinite if another call has to end first. */
  opensIn(tokens: number): number {
    let wait = 0
    for (const rule of this.#options.rules ?? [])
      if (!rule.chance) wait = Math.max(wait, rule.refuses(this.#clock.now, tokens, this.inside) ?? 0)
    return wait
  }

  ask(row: Row, done: (outcome: Outcome) => void): void {
    const { rules = [], latencyMs, refusalMs = 20, load, slots = Number.POSITIVE_INFINITY } = this.#options
    const clock = this.#clock
    const sent = clock.now
    for (const rule of rules) {
      const wait = rule.refuses(sent, row.tokens, this.inside)
      if (wait === undefined) continue
      this.refused++
      const retryAfterMs = rule.retryAfter?.(wait === Number.POSITIVE_INFINITY ? latencyMs : wait)
      const told = { ...this.#headers(), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
      // Refusals are quick, and not in the order of the calls.
      const durationMs = refusalMs * Math.exp(0.5 * normal(this.#random))
      clock.after(durationMs, () => done({ status: rule.status, durationMs, tokens: 0, told }))
      return
    }
    for (const rule of rules) rule.admit?.(sent, row.tokens)
    this.inside++
    const start = () => {
      this.#busy++
      clock.after(latencyMs * row.slowness * (load?.(this.inside) ?? 1), () => {
        this.#busy--
        this.inside--
        this.#queue.shift()?.()
        done({ status: 200, durationMs: clock.now - sent, tokens: row.tokens, told: this.#headers() })
      })
    }
    if (this.#busy < slots) start()
    else this.#queue.push(start)
  }

  #headers(): Told {
    const told: Told = {}
    for (const rule of this.#options.rules ?? []) {
      const left = rule.left?.(this.#clock.now)
      if (left !== undefined) told[rule.unit ?? 'requests'] = left
    }
    return told
  }
}
