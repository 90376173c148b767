import { type CallOptions, maestroError } from '@maestro-dataflow/core'

/**
 * Ends a call when its signal fires or its time is over, whatever the work does.
 *
 * @throws MAESTRO_SERVING_ABORTED, MAESTRO_SERVING_TIMEOUT
 */
export async function boundedCall<Result>(
  serving: string,
  { signal, timeout }: CallOptions,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const aborted = () => maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal?.reason)
  if (signal?.aborted === true) throw aborted()
  if (signal === undefined && timeout === undefined) return work()
  const leave: (() => void)[] = []
  const ended = new Promise<never>((_, reject) => {
    const stop = () => reject(aborted())
    signal?.addEventListener('abort', stop, { once: true })
    leave.push(() => signal?.removeEventListener('abort', stop))
    if (timeout === undefined) return
    const late = () => reject(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds: timeout }))
    const timer = setTimeout(late, timeout)
    leave.push(() => clearTimeout(timer))
  })
  try {
    return await Promise.race([ended, work()])
  } finally {
    for (const step of leave) step()
  }
}
