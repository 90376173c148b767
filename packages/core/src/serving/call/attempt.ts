import type { CallOptions } from '../../contracts/serving.js'
import type { Timeouts } from '../../contracts/serving-settings.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { classifyError } from './classify-error.js'

/** What one attempt goes by. */
export interface AttemptLimits {
  readonly serving: string
  readonly timeouts: Required<Pick<Timeouts, 'attempt'>> & Timeouts
  readonly signal: AbortSignal | undefined
}

/** A timer that is set for longer goes off at once. */
const longestMs = 2 ** 31 - 1

/**
 * Makes one call and bounds it: as a whole, until its first piece and between pieces. A provider that does not listen
 * to its signal is left behind.
 *
 * @throws a typed error, whatever the provider throws; MAESTRO_SERVING_TIMEOUT, MAESTRO_SERVING_ABORTED
 */
export function attempt<Result>(
  { serving, timeouts, signal }: AttemptLimits,
  options: CallOptions,
  call: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const stop = (error: MaestroError) => {
      end()
      reject(error)
      controller.abort(error)
    }
    const late = (milliseconds: number) => stop(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds }))
    const after = (milliseconds: number | undefined) =>
      milliseconds === undefined ? undefined : setTimeout(late, Math.min(milliseconds, longestMs), milliseconds)
    const abort = () => stop(maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal?.reason))

    const whole = after(timeouts.attempt)
    let quiet = after(timeouts.firstByte)
    let ended = false
    const end = () => {
      ended = true
      clearTimeout(whole)
      clearTimeout(quiet)
      signal?.removeEventListener('abort', abort)
    }
    const onActivity = () => {
      if (ended) return
      clearTimeout(quiet)
      quiet = after(timeouts.stall)
    }

    if (signal?.aborted === true) return abort()
    signal?.addEventListener('abort', abort)
    const listens = timeouts.firstByte !== undefined || timeouts.stall !== undefined
    ask(call, {
      ...options,
      signal: controller.signal,
      timeout: timeouts.attempt,
      ...(listens ? { onActivity } : {}),
    }).then(
      (result) => {
        end()
        resolve(result)
      },
      (error) => {
        if (ended) return
        end()
        reject(classifyError(serving, error))
      },
    )
  })
}

/** A provider may throw before it gives a promise. */
async function ask<Result>(call: (options: CallOptions) => Promise<Result>, options: CallOptions): Promise<Result> {
  return await call(options)
}
