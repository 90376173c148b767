import type { RateLimits } from '../../contracts/serving-settings.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { type Backoff, backoffOf, pause } from '../../provider/retry.js'

/** How failures that may pass are tried again. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number
  /** Milliseconds for all attempts and the waiting between them. */
  readonly total: number
}

/** Who is asked by this call and others. */
export interface RetriedProvider {
  /** It answers nobody just now: a failure is no fault of this call. */
  readonly isOut: boolean
  /**
   * Is asked before each further try.
   *
   * @param tooLongMs The wait that would take longer than the call may.
   * @throws what ends the call because the provider is not there
   */
  check(error: MaestroError, tooLongMs: number | undefined): void
}

/** Notes how long a call has waited in the queue, which does not count against its time. */
export type Queued = (milliseconds: number) => void

/** A call may be made this often, whatever a provider advises. */
const mostRequests = 100

/** A refusal is not a failure of the call: the limiter finds the rate, and the call joins the queue again soon. */
const refusals: ReadonlySet<string> = new Set(['MAESTRO_SERVING_RATE_LIMITED', 'MAESTRO_SERVING_OVERLOADED'])
const afterRefusal: Backoff = { first: 10, factor: 1.4 }
const afterFailure: Backoff = { first: 100 }

/**
 * Makes a call until it succeeds, fails for good, or may not be tried again. Between tries it waits as long as the
 * provider asks for, and at least exponentially longer with full jitter.
 *
 * Refusals do not count against `retries`, nor do failures while the provider answers nobody: its outage is bounded as a
 * whole.
 *
 * @throws the last error, what the provider's check throws
 */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  call: (queued: Queued) => Promise<Result>,
  provider?: RetriedProvider,
): Promise<Result> {
  let spent = 0
  let failures = 0
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
  // Those who were told the same moment do not all come back at it.
  return Math.max(backoff, retryAfterMs + Math.random() * Math.min(250, retryAfterMs / 10))
}
