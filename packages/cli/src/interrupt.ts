import { constants } from 'node:os'

/**
 * A signal for work that may be stopped by Ctrl-C: the first time it stops cleanly, the second time the process ends
 * at once. A request to terminate counts like Ctrl-C.
 */
export function stopOnInterrupt(): AbortSignal {
  const stop = new AbortController()
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(128 + constants.signals.SIGINT)
    process.stderr.write('Stopping cleanly. Press Ctrl-C again to stop at once.\n')
    stop.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return stop.signal
}
