const listening = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when a signal fires. All calls of a run wait for the same signal, and a signal goes through its list for
 * each listener that comes or goes; so it gets one, which knows the others.
 *
 * @returns stops listening
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
  // The same function may be given twice.
  const own = () => callback()
  all.add(own)
  return () => {
    all.delete(own)
  }
}
