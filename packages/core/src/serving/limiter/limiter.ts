import type { RateLimits, ServingLimits } from '../../contracts/serving-settings.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** The outcome of a call that had a permit. */
export interface CallOutcome {
  readonly durationMs: number
  /** The tokens of the call; 0 if unknown. */
  readonly tokens: number
  readonly error?: MaestroError
  /** The limits that the provider reported with it. */
  readonly rateLimits?: RateLimits | undefined
  /** The run that made it. */
  readonly run?: string | undefined
}

/** The right to make one call. */
export interface Permit {
  /** Must be called once, when the call has ended. */
  release(outcome: CallOutcome): void
}

/** The state of a limiter. */
export interface LimiterState {
  readonly concurrency: number
  readonly inFlight: number
  readonly waiting: number
  readonly requestsPerMinute?: number
  readonly coolDownMs?: number
  /** The provider has returned nothing but failures. */
  readonly failing?: Failing
}

/** The number of failures since the last answer. */
export interface Failing {
  /** When the first of them arrived, in milliseconds since 1970. */
  readonly since: number
  readonly lastingMs: number
  readonly failures: number
  /** The message of the latest one. */
  readonly reason: string
}

/** Decides when the next call of a serving may be made. */
export interface Limiter {
  readonly state: LimiterState
  /** The number of calls that were answered so far, with a result or with a fault of the request. */
  readonly answers: number
  /** Undefined if the last call was answered, or if no call has ended. @param run Counts from its first failure. */
  failing(run?: string): Failing | undefined
  /**
   * @param tokens The maximum tokens of the call, for limits per minute.
   * @throws the signal's reason, the error of `giveUp`
   */
  acquire(tokens: number, signal?: AbortSignal): Promise<Permit>
  /** Rejects all waiting calls with this error, because the provider is unavailable. Later calls may try again. */
  giveUp(error: MaestroError): void
  /** Calls a listener for changes of the state, until the returned function is called. */
  observe(listener: (state: LimiterState) => void): () => void
}

/** Which limiter a serving uses. */
export interface LimiterPlace {
  /** Undefined for a limiter of its own. */
  readonly account: string | undefined
  readonly model: string
  readonly limits: ServingLimits
  /** The milliseconds that a call may take in all. A wait that the provider asks for is never longer. */
  readonly total?: number
}

/** The limiter of a serving, during the serving's life. */
export interface JoinedLimiter {
  readonly limiter: Limiter
  /** Removes the limits that the serving has set. */
  leave(): void
}
