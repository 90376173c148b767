import { type CallOptions, type MaestroError, maestroError } from '@maestro-dataflow/core'
import { toServingError } from './to-serving-error.js'

/**
 * One call to a class of LangChain, ended by its signal and its time. Not all of those classes listen to a signal: one
 * that does not is left behind.
 *
 * @throws MAESTRO_SERVING_ABORTED, MAESTRO_SERVING_TIMEOUT; a typed error, whatever the call throws
 */
export async function boundedCall<Result>(
  serving: string,
  { signal, timeout }: CallOptions,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController()
  const ended = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true })
  })
  const end = (error: MaestroError) => stop.abort(error)
  const abort = () => end(maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal?.reason))
  signal?.addEventListener('abort', abort, { once: true })
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => end(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds: timeout })), timeout)
  try {
    if (signal?.aborted === true) throw maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal.reason)
    return await Promise.race([call(stop.signal), ended])
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : toServingError(serving, error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
