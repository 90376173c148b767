import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { classifyError } from './classify-error.js'
import { onAbort } from './on-abort.js'

/** The limits of one call. Time-outs are in milliseconds; a time-out that is not set limits nothing. */
export interface CallBounds {
  /** The name of the serving, for error messages. */
  readonly serving: string
  /** The signal of the caller. */
  readonly signal?: AbortSignal | undefined
  /** Fires when the serving is disposed. */
  readonly disposed?: AbortSignal | undefined
  /** The time-out of the whole call. */
  readonly timeout?: number | undefined
  /** The time-out until the first activity. */
  readonly firstByte?: number | undefined
  /** The time-out between two activities. */
  readonly stall?: number | undefined
  /** Converts what the work throws to a typed error. @default by the status or the code of the thrown error */
  readonly toError?: ((error: unknown) => MaestroError) | undefined
}

/** The work of one call. It calls `onActivity` for each piece of an answer that arrives. */
export type CallWork<Result> = (signal: AbortSignal, onActivity: () => void) => Promise<Result>

/** The longest timer: Node fires a longer one at once. */
const longestTimeout = 2 ** 31 - 1

/** The signals that this module created, each with the time-out after which it fires at the latest. */
const timeouts = new WeakMap<AbortSignal, number>()

/**
 * Runs the work of one call within its signal and its time-outs. It stops waiting for work that ignores its signal.
 * Inside another bounded call that ends at least as early, such as one of the serving plane, it adds no second limit.
 *
 * @throws MAESTRO_SERVING_ABORTED, MAESTRO_SERVING_TIMEOUT; a typed error for whatever the work throws
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

/** Whether the signal of a call ends it at least as early as its own limits would. */
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
      // A signal that this module created fires with a typed error.
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

/** The work may throw before it returns a promise. */
async function begin<Result>(work: CallWork<Result>, signal: AbortSignal, onActivity: () => void): Promise<Result> {
  return await work(signal, onActivity)
}
