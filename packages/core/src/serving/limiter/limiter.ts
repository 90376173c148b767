import type { RateLimits, ServingLimits } from '../../contracts/serving-settings.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** How a call that had a permit ended. */
export interface CallOutcome {
  readonly durationMs: number
  /** Tokens that it took; 0 when that is not known. */
  readonly tokens: number
  readonly error?: MaestroError
  /** What the provider said with it. */
  readonly rateLimits?: RateLimits | undefined
}

/** The right to make one call. */
export interface Permit {
  /** Must be called once, when the call has ended. */
  release(outcome: CallOutcome): void
}

/** What a limiter is doing. */
export interface LimiterState {
  readonly concurrency: number
  readonly inFlight: number
  readonly waiting: number
  readonly requestsPerMinute?: number
  readonly coolDownMs?: number
  /** The provider has answered nothing but failures. */
  readonly failing?: Failing
}

/** Nothing but failures since the last answer. */
export interface Failing {
  /** When the first of them came, in milliseconds since 1970. */
  readonly since: number
  readonly lastingMs: number
  readonly failures: number
  /** What the last one said. */
  readonly reason: string
}

/** Decides when the next call of a serving may be made. */
export interface Limiter {
  readonly state: LimiterState
  /** Calls that were answered so far, with a result or with a fault of the request. */
  readonly answers: number
  /** Undefined: the last call was answered, or none has ended. */
  readonly failing: Failing | undefined
  /**
   * @param tokens What the call may take, for limits by the minute.
   * @throws the signal's reason, the error of `giveUp`
   */
  acquire(tokens: number, signal?: AbortSignal): Promise<Permit>
  /** The provider is not there: all that wait get this error. Those that come later are let try. */
  giveUp(error: MaestroError): void
  /** Hears of changes of the state until the function it gives back is called. */
  observe(listener: (state: LimiterState) => void): () => void
}

/** Which limiter a serving goes by. */
export interface LimiterPlace {
  /** Undefined: one of its own. */
  readonly account: string | undefined
  readonly model: string
  readonly limits: ServingLimits
  /** Milliseconds that a call may take in all: what a provider says of its limits is not waited for longer. */
  readonly total?: number
}

/** The limiter of a serving, as long as the serving is there. */
export interface JoinedLimiter {
  readonly limiter: Limiter
  /** What the serving has set holds no more. */
  leave(): void
}
