import { type CallOptions, maestroError } from '@maestro-dataflow/core'

/**
 * Does work within a caller's signal and time.
 *
 * @throws MAESTRO_SERVING_ABORTED, MAESTRO_SERVING_TIMEOUT, what the work throws before
 */
export async function withinBounds<Result>(
  serving: string,
  { signal, timeout }: CallOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController()
  const abort = () => stop.abort(maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal?.reason))
  const late = (milliseconds: number) => stop.abort(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds }))
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout, timeout)
  try {
    stop.signal.throwIfAborted()
    return await work(stop.signal)
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
