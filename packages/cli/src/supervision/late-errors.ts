import { abortWork } from './stop-signal.js'

const patience = 5000

let late: { readonly error: unknown } | undefined

/** The first error that nobody caught, if there was one. */
export function lateError(): { readonly error: unknown } | undefined {
  return late
}

/**
 * What nobody catches, such as an error that a plugin throws in a timer, stops the work of this process, whose report
 * then says how far it came.
 *
 * @param giveUp Ends the process when no work was under way, or when it does not stop.
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
