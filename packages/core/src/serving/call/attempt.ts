import type { CallOptions } from '../../contracts/serving.js'
import { boundedCall } from '../../provider/bounded-call.js'
import type { Milliseconds } from '../serving-settings.js'

/** The settings of one attempt. */
export interface AttemptLimits {
  readonly serving: string
  readonly timeouts: Required<Pick<Milliseconds, 'attempt'>> & Milliseconds
  readonly signal: AbortSignal | undefined
}

/**
 * Makes one call and limits its whole time, the time until its first piece, and the time between pieces.
 *
 * @throws a typed error for whatever the provider throws; MAESTRO_SERVING_TIMEOUT, MAESTRO_SERVING_ABORTED
 */
export function attempt<Result>(
  { serving, timeouts, signal }: AttemptLimits,
  options: CallOptions,
  call: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const { attempt: timeout, firstByte, stall } = timeouts
  const listens = firstByte !== undefined || stall !== undefined
  return boundedCall({ serving, signal, timeout, firstByte, stall }, (bounded, onActivity) =>
    call({ ...options, signal: bounded, timeout, ...(listens ? { onActivity } : {}) }),
  )
}
