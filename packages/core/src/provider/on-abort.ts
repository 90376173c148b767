const listening = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls a function when a signal fires. All calls of a run wait for the same signal, and a signal searches its list of
 * listeners at each change. It therefore gets one listener, which calls the others.
 *
 * @returns a function that removes the listener
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = listening.get(signal)
  if (callbacks === undefined) {
    const all = new Set<() => void>()
    signal.addEventListener('abort', () => {
      for (const each of all) each()
    })
    listening.set(signal, all)
    callbacks = all
  }
  const all = callbacks
  // Distinguishes two registrations of the same function.
  const own = () => callback()
  all.add(own)
  return () => {
    all.delete(own)
  }
}
