import type { CallOptions } from '../../contracts/serving.js'
import type { Timeouts } from '../../contracts/serving-settings.js'
import { maestroError } from '../../errors/error-table.js'
import { classifyError } from './classify-error.js'

/** What one attempt goes by. */
export interface AttemptLimits {
  readonly serving: string
  readonly timeouts: Required<Pick<Timeouts, 'attempt'>> & Timeouts
  readonly signal: AbortSignal | undefined
}

/**
 * Makes one call and bounds it: as a whole, until its first piece and between pieces. A provider that does not listen
 * to its signal is left behind.
 *
 * @throws a typed error, whatever the provider throws; MAESTRO_SERVING_TIMEOUT, MAESTRO_SERVING_ABORTED
 */
export async function attempt<Result>(
  { serving, timeouts, signal }: AttemptLimits,
  options: CallOptions,
  call: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const stops: (() => void)[] = []
  const ended = new Promise<never>((_resolve, reject) => {
    const stop = (reason: unknown) => {
      reject(reason)
      controller.abort(reason)
    }
    const timeout = (milliseconds: number) => stop(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds }))
    if (signal !== undefined) {
      const abort = () => stop(maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal.reason))
      if (signal.aborted) abort()
      else {
        signal.addEventListener('abort', abort)
        stops.push(() => signal.removeEventListener('abort', abort))
      }
    }
    const whole = setTimeout(timeout, timeouts.attempt, timeouts.attempt)
    stops.push(() => clearTimeout(whole))
    if (timeouts.firstByte === undefined && timeouts.stall === undefined) return
    let quiet =
      timeouts.firstByte === undefined ? undefined : setTimeout(timeout, timeouts.firstByte, timeouts.firstByte)
    options = {
      ...options,
      onActivity() {
        clearTimeout(quiet)
        if (timeouts.stall !== undefined) quiet = setTimeout(timeout, timeouts.stall, timeouts.stall)
      },
    }
    stops.push(() => clearTimeout(quiet))
  })
  ended.catch(() => undefined)
  try {
    if (controller.signal.aborted) return await ended
    return await Promise.race([call({ ...options, signal: controller.signal, timeout: timeouts.attempt }), ended])
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : classifyError(serving, error)
  } finally {
    for (const stop of stops) stop()
  }
}
