import type { MaestroError } from '../../errors/maestro-error.js'
import type { Queue } from './queue.js'

/** A call that waits for its turn. */
export interface Waiting<Pass> {
  /** Its maximum tokens. */
  readonly tokens: number
  readonly pass: (pass: Pass) => void
  readonly fail: (error: MaestroError) => void
}

/**
 * Waits at the end of a queue until the owner of the queue passes or fails the call.
 *
 * @param left Called when the signal has taken the call out of the queue.
 * @throws the signal's reason, the error with which the owner fails the call
 */
export function waitInLine<Pass>(
  queue: Queue<Waiting<Pass>>,
  tokens: number,
  signal: AbortSignal | undefined,
  left: () => void = () => undefined,
): Promise<Pass> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stopListening = () => signal?.removeEventListener('abort', leave)
    const place = queue.join({
      tokens,
      pass: (pass) => {
        stopListening()
        resolve(pass)
      },
      fail: (error) => {
        stopListening()
        reject(error)
      },
    })
    const leave = () => {
      queue.leave(place)
      reject(signal?.reason)
      left()
    }
    signal?.addEventListener('abort', leave, { once: true })
  })
}
