import { onAbort } from './on-abort.js'

/** The outcome of a promise, or the reason of a signal as soon as it fires. The work itself continues. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const fire = () => reject(signal.reason)
  const leave = onAbort(signal, fire)
  if (signal.aborted) fire()
  try {
    return await Promise.race([aborted, work])
  } finally {
    leave()
  }
}
