import type { RateLimits } from '../../contracts/serving-settings.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { type Backoff, backoffOf, pause } from '../../provider/retry.js'
import { isMisfit } from './misfit-streak.js'

/** How temporary failures are retried. */
export interface RetryPolicy {
  /** The number of attempts after the first. */
  readonly retries: number
  /** Milliseconds for all attempts and the waits between them. */
  readonly total: number
}

/** The provider, which this call shares with others. */
export interface RetriedProvider {
  /** Whether the provider answers nobody at the moment, so that a failure is not the fault of this call. */
  readonly isOut: boolean
  /** Whether the provider answers everybody with complete replies that are no answers. */
  readonly sendsMisfits: boolean
  /**
   * Called before each further attempt.
   *
   * @param tooLongMs A wait that exceeds the time of the call.
   * @throws the error that ends the call because the provider is unavailable
   */
  check(error: MaestroError, tooLongMs: number | undefined): void
}

/** Adds time that a call has waited in the queue, which does not count against its time-out. */
export type Queued = (milliseconds: number) => void

/** The number of attempts that a provider's advice cannot raise. */
const mostRequests = 100

/** The number of further attempts after a complete reply that is not an answer. */
const mostRetriesOfMisfits = 2

/** A refusal is not a failure of the call: the limiter learns the rate, and the call soon joins the queue again. */
const refusals: ReadonlySet<string> = new Set(['MAESTRO_SERVING_RATE_LIMITED', 'MAESTRO_SERVING_OVERLOADED'])
const afterRefusal: Backoff = { first: 10, factor: 1.4 }
const afterFailure: Backoff = { first: 100 }

/**
 * Makes a call until it succeeds, fails permanently, or has no attempts left. Between attempts it waits as long as the
 * provider asks for, and at least a bound that grows exponentially, with full jitter.
 *
 * A complete reply that is no answer is asked for three times at most, and once while the provider sends nothing else.
 * Refusals do not count against `retries`. Neither do failures while the provider answers nobody: its outage has a limit
 * of its own.
 *
 * @throws the last error, or the error of the provider's check
 */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  call: (queued: Queued) => Promise<Result>,
  provider?: RetriedProvider,
): Promise<Result> {
  let spent = 0
  let failures = 0
  let misfits = 0
  for (let turn = 0; ; turn++) {
    const started = performance.now()
    try {
      return await call((milliseconds) => {
        spent -= milliseconds
      })
    } catch (error) {
      spent += performance.now() - started
      if (!MaestroError.is(error) || !error.retryable || signal?.aborted === true) throw error
      const counts = !refusals.has(error.code) && provider?.isOut !== true
      if (counts && ++failures > policy.retries) throw error
      if (isMisfit(error) && (++misfits > mostRetriesOfMisfits || provider?.sendsMisfits === true)) throw error
      const wait = waitOf(error, turn)
      const isTooLong = spent + wait > policy.total
      provider?.check(error, isTooLong ? wait : undefined)
      if (isTooLong || turn + 1 >= mostRequests) throw error
      if (!(await pause(wait, signal))) throw error
      spent += wait
    }
  }
}

function waitOf(error: MaestroError, turn: number): number {
  const { retryAfterMs = 0 } = (error.details.rateLimits ?? {}) as RateLimits
  const backoff = backoffOf(turn, refusals.has(error.code) ? afterRefusal : afterFailure)
  // Callers that were given the same moment must not all return at once.
  return Math.max(backoff, retryAfterMs + Math.random() * Math.min(250, retryAfterMs / 10))
}
