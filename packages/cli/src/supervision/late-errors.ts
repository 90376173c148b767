import { abortWork } from './stop-signal.js'

const patience = 5000

let late: { readonly error: unknown } | undefined

/** The first uncaught error, if there was one. */
export function lateError(): { readonly error: unknown } | undefined {
  return late
}

/**
 * An uncaught error, such as one that a plugin throws in a timer, stops the work of this process. The report then shows
 * how far the work progressed.
 *
 * @param giveUp Ends the process if no work was in progress, or if the work does not stop.
 */
export function stopOnLateErrors(giveUp: (error: unknown) => void): void {
  const stop = (error: unknown): void => {
    if (late !== undefined) return
    late = { error }
    if (abortWork()) setTimeout(giveUp, patience, error).unref()
    else giveUp(error)
  }
  process.on('uncaughtException', stop)
  process.on('unhandledRejection', stop)
}
