import { MaestroError } from '../errors/maestro-error.js'
import { onAbort } from './on-abort.js'

/** The waiting times between attempts, in milliseconds. */
export interface Backoff {
  /** The upper bound of the first wait. @default 500 */
  readonly first?: number
  /** The factor from one bound to the next. @default 2 */
  readonly factor?: number
  /** The largest bound. @default 60000 */
  readonly longest?: number
}

/** How often and how long a call is repeated. */
export interface RetryOptions extends Backoff {
  /** The number of attempts after the first. */
  readonly retries: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
  /** Whether a failure may be temporary. @default errors that are `retryable` */
  readonly isRetryable?: (error: unknown) => boolean
}

/**
 * Makes a call until it succeeds, fails permanently, or has no attempts left. The waits grow exponentially, with full
 * jitter. Do not use it in a serving, because the serving plane retries calls.
 *
 * @throws the last error
 */
export async function withBackoff<Result>(
  { retries, signal, isRetryable = (error) => MaestroError.is(error) && error.retryable, ...backoff }: RetryOptions,
  call: (turn: number) => Promise<Result>,
): Promise<Result> {
  for (let turn = 0; ; turn++) {
    try {
      return await call(turn)
    } catch (error) {
      if (turn >= retries || signal?.aborted === true || !isRetryable(error)) throw error
      if (!(await pause(backoffOf(turn, backoff), signal))) throw error
    }
  }
}

/**
 * The wait before the next attempt, in milliseconds: a random part of a bound that grows exponentially ("Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param turn The number of attempts before this failure.
 */
export function backoffOf(turn: number, { first = 500, factor = 2, longest = 60_000 }: Backoff = {}): number {
  return Math.random() * Math.min(longest, first * factor ** turn)
}

/** Waits for a time, or until the signal fires. @returns false if it has fired */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false)
    const leave = signal === undefined ? undefined : onAbort(signal, () => end(false))
    const timer = setTimeout(() => end(true), milliseconds)
    const end = (whole: boolean) => {
      clearTimeout(timer)
      leave?.()
      resolve(whole)
    }
  })
}
