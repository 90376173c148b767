/** The signals that ask a process to end: Ctrl-C, a request to terminate, and a closed terminal. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The exit code of a command that the user stopped. */
export const stoppedByUser = 130

/** What a process tells its supervisor when it serves from now on until it is stopped. */
export const servingMessage = 'serving'

let stop: AbortController | undefined
let supervised = false
let serving = false

/** A signal for work that can be stopped. The first request stops it cleanly; the second one ends the process. */
export function stopOnInterrupt(): AbortSignal {
  if (stop === undefined) {
    stop = new AbortController()
    if (!supervised) for (const signal of endingSignals) process.on(signal, requestStop)
  }
  return stop.signal
}

/**
 * Stops the work of this process cleanly. It ends the process at once if there is no work or if the stop is repeated.
 */
export function requestStop(): void {
  if (!abortWork()) process.exit(stoppedByUser)
  process.stderr.write('Stopping cleanly. Press Ctrl-C again to stop at once.\n')
}

/** Aborts the work. @returns whether there was work to abort */
export function abortWork(): boolean {
  if (stop === undefined || stop.signal.aborted) return false
  stop.abort()
  return true
}

/** Records that the command has finished, so that no work is left to stop. */
export function workDone(): void {
  stop = undefined
}

/** What a process tells its supervisor that is to be started again when it has ended. */
export const againMessage = 'again'

/** Asks the supervisor to start this process again when it has ended. */
export function startAgain(): void {
  if (supervised && process.connected) process.send?.(againMessage, () => undefined)
}

/** Asks the supervisor to start this process again if it crashes. */
export function serveUntilStopped(): void {
  serving = supervised
  if (supervised && process.connected) process.send?.(servingMessage, () => undefined)
}

/** Whether the supervisor starts this process again if it ends without having finished. */
export function isServing(): boolean {
  return serving
}

/** From now on, another process receives the signals and requests the stop. */
export function takeRequestsFromSupervisor(): void {
  supervised = true
  // A terminal sends its signals to both processes. This one leaves them to the supervisor.
  for (const signal of endingSignals) process.on(signal, () => undefined)
  process.on('message', (message) => {
    if (message === 'stop') requestStop()
  })
  process.on('disconnect', requestStop)
  // The channel alone must not keep this process alive.
  process.channel?.unref()
}
