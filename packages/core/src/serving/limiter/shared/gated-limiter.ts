import type { MaestroError } from '../../../errors/maestro-error.js'
import type { CallOutcome, Failing, Limiter, LimiterState, Permit } from '../limiter.js'
import type { GatePass, LimitGate } from './limit-gate.js'

/** A limiter of this process whose calls also keep to the limits that all processes share. */
export class GatedLimiter implements Limiter {
  readonly #own: Limiter
  readonly #gate: LimitGate

  constructor(own: Limiter, gate: LimitGate) {
    this.#own = own
    this.#gate = gate
  }

  get state(): LimiterState {
    const { state } = this.#own
    const coolDownMs = Math.round(Math.max(state.coolDownMs ?? 0, this.#gate.penaltyMs))
    return coolDownMs > 0 ? { ...state, coolDownMs } : state
  }

  get answers(): number {
    return this.#own.answers
  }

  failing(run?: string): Failing | undefined {
    return this.#own.failing(run)
  }

  /** The call passes the gate last: what the store has granted is used at once. */
  async acquire(tokens: number, signal?: AbortSignal): Promise<Permit> {
    const permit = await this.#own.acquire(tokens, signal)
    let pass: GatePass
    try {
      pass = await this.#gate.pass(tokens, signal)
    } catch (error) {
      permit.release({ durationMs: 0, tokens: 0 })
      throw error
    }
    let released = false
    return {
      release: (outcome) => {
        if (released) return
        released = true
        this.#gate.end(pass, tokensOf(outcome), outcome.rateLimits?.retryAfterMs)
        permit.release(outcome)
      },
    }
  }

  giveUp(error: MaestroError): void {
    this.#own.giveUp(error)
    this.#gate.giveUp(error)
  }

  observe(listener: (state: LimiterState) => void): () => void {
    return this.#own.observe(() => listener(this.state))
  }
}

/** The tokens of a call; undefined if a successful call does not tell them. */
function tokensOf({ tokens, error }: CallOutcome): number | undefined {
  return error === undefined && tokens === 0 ? undefined : tokens
}
