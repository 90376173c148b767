import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { classifyError } from './classify-error.js'
import { onAbort } from './on-abort.js'

/** What can end a call before it is done. Time-outs are in milliseconds; one that is not set bounds nothing. */
export interface CallBounds {
  /** The name of the serving, for errors. */
  readonly serving: string
  /** The signal of the caller. */
  readonly signal?: AbortSignal | undefined
  /** Fires when the serving is disposed. */
  readonly disposed?: AbortSignal | undefined
  /** For the whole call. */
  readonly timeout?: number | undefined
  /** Until the first activity. */
  readonly firstByte?: number | undefined
  /** Between two activities. */
  readonly stall?: number | undefined
  /** Makes a typed error of what the work throws. @default by the status or the code that the error carries */
  readonly toError?: ((error: unknown) => MaestroError) | undefined
}

/** The work of one call. It calls `onActivity` at each piece of an answer that arrives. */
export type CallWork<Result> = (signal: AbortSignal, onActivity: () => void) => Promise<Result>

/** A timer that is set for longer fires at once. */
const longestTimeout = 2 ** 31 - 1

/** The signals that were made here, each with the time-out after which it fires at the latest. */
const timeouts = new WeakMap<AbortSignal, number>()

/**
 * Does the work of one call within its signal and its time-outs. Work that does not listen to its signal is left
 * behind. Inside of another bounded call that ends at least as early, such as one of the serving plane, the work is
 * not bounded a second time.
 *
 * @throws MAESTRO_SERVING_ABORTED, MAESTRO_SERVING_TIMEOUT; a typed error, whatever the work throws
 * @example
 * generate(request: LLMRequest, options: CallOptions = {}) {
 *   return boundedCall({ serving: this.name, ...options }, (signal) => this.#ask(request, signal))
 * }
 */
export async function boundedCall<Result>(bounds: CallBounds, work: CallWork<Result>): Promise<Result> {
  const { serving, toError = (error: unknown) => classifyError(serving, error) } = bounds
  if (!isBounded(bounds)) return race(bounds, toError, work)
  const { signal } = bounds
  try {
    signal.throwIfAborted()
    return await work(signal, () => undefined)
  } catch (error) {
    throw signal.aborted ? signal.reason : toError(error)
  }
}

/** Whether the signal of a call ends it at least as early as its own bounds would. */
function isBounded(bounds: CallBounds): bounds is CallBounds & { readonly signal: AbortSignal } {
  const { signal, disposed, timeout = Number.POSITIVE_INFINITY, firstByte, stall } = bounds
  if (signal === undefined || disposed !== undefined || firstByte !== undefined || stall !== undefined) return false
  const known = timeouts.get(signal)
  return known !== undefined && known <= timeout
}

function race<Result>(
  { serving, signal, disposed, timeout, firstByte, stall }: CallBounds,
  toError: (error: unknown) => MaestroError,
  work: CallWork<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const leave: (() => void)[] = []
    let ended = false
    const end = () => {
      ended = true
      for (const step of leave) step()
    }
    const stop = (error: MaestroError) => {
      if (ended) return
      end()
      reject(error)
      controller.abort(error)
    }
    const after = (milliseconds: number | undefined) =>
      milliseconds === undefined || milliseconds === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(
            () => stop(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds })),
            Math.min(milliseconds, longestTimeout),
          )
    const follow = (followed: AbortSignal) => {
      // A signal that was made here fires with a typed error.
      const fire = () =>
        stop(
          timeouts.has(followed)
            ? followed.reason
            : maestroError('MAESTRO_SERVING_ABORTED', { serving }, followed.reason),
        )
      if (followed.aborted) fire()
      else leave.push(onAbort(followed, fire))
    }

    const inherited = (signal && timeouts.get(signal)) ?? Number.POSITIVE_INFINITY
    const own = timeout === undefined || inherited <= timeout ? undefined : timeout
    timeouts.set(controller.signal, own ?? inherited)
    if (signal !== undefined) follow(signal)
    if (disposed !== undefined && !ended) follow(disposed)
    if (ended) return
    const whole = after(own)
    let quiet = after(firstByte)
    leave.push(() => {
      clearTimeout(whole)
      clearTimeout(quiet)
    })
    const onActivity = () => {
      if (ended) return
      clearTimeout(quiet)
      quiet = after(stall)
    }

    begin(work, controller.signal, onActivity).then(
      (result) => {
        end()
        resolve(result)
      },
      (error) => {
        if (ended) return
        end()
        reject(toError(error))
      },
    )
  })
}

/** Work may throw before it gives a promise. */
async function begin<Result>(work: CallWork<Result>, signal: AbortSignal, onActivity: () => void): Promise<Result> {
  return await work(signal, onActivity)
}
