import type { RateLimits } from '../../contracts/serving-settings.js'
import { MaestroError } from '../../errors/maestro-error.js'

/** How failures that may pass are tried again. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number
  /** Milliseconds for all attempts and the waiting between them. */
  readonly total: number
}

const baseMilliseconds = 500
const mostMilliseconds = 60_000

/** Being asked to wait is no failure of the call: it counts against the deadline, not against the tries. */
const patient = new Set(['MAESTRO_SERVING_RATE_LIMITED', 'MAESTRO_SERVING_OVERLOADED'])

/**
 * Makes a call until it succeeds, fails for good, or may not be tried again. Between tries it waits as long as the
 * provider asked for, else exponentially longer with full jitter, as in "Exponential Backoff And Jitter" (AWS
 * Architecture Blog, 2015).
 *
 * @throws the last error
 */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  call: () => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + policy.total
  let failures = 0
  for (let turn = 0; ; turn++) {
    try {
      return await call()
    } catch (error) {
      if (!MaestroError.is(error) || !error.retryable || signal?.aborted === true) throw error
      if (!patient.has(error.code) && ++failures > policy.retries) throw error
      const wait = waitOf(error, turn)
      if (performance.now() + wait > deadline) throw error
      if (!(await slept(wait, signal))) throw error
    }
  }
}

function waitOf(error: MaestroError, turn: number): number {
  const { retryAfterMs } = (error.details.rateLimits ?? {}) as RateLimits
  const backoff = Math.random() * Math.min(mostMilliseconds, baseMilliseconds * 2 ** turn)
  // Those who were told the same moment do not all come back at it.
  return retryAfterMs === undefined ? backoff : retryAfterMs + Math.random() * Math.min(250, retryAfterMs / 10)
}

/** @returns false when the signal has fired */
function slept(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve(signal?.aborted !== true)
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
  })
}
