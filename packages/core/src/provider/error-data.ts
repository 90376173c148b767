import type { ErrorData } from '../contracts/step-workers.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import { decodeStepValue, encodeStepValue } from './step-codec.js'

/** An error may have causes, but not endlessly many. */
const deepestCause = 5

/** An error as data, for another thread or process of the same project. */
export function toErrorData(error: unknown, depth = 0): ErrorData {
  const stack = error instanceof Error ? error.stack : undefined
  const inner = error instanceof Error ? error.cause : undefined
  const cause = inner === undefined || depth === deepestCause ? undefined : toErrorData(inner, depth + 1)
  if (!MaestroError.is(error)) {
    const name = error instanceof Error ? error.name : undefined
    return { message: reasonOf(error), name, stack, cause }
  }
  const { code, message, hint, retryable, stopsRun, plugin, step, rowId, tries } = error
  const details = encodedDetails(error.details)
  return { code, message, hint, details, retryable, stopsRun, plugin, step, rowId, tries, stack, cause }
}

/** The error of the data again. */
export function fromErrorData({ code, name, message, details, stack, cause, ...others }: ErrorData): Error {
  const { hint, retryable, stopsRun, ...place } = others
  const inner = cause === undefined ? undefined : fromErrorData(cause)
  const error =
    code === undefined
      ? new Error(message, { cause: inner })
      : new MaestroError({
          code,
          message,
          hint,
          retryable,
          stopsRun,
          details: details === undefined ? undefined : (decodeStepValue(details) as Readonly<Record<string, unknown>>),
          cause: inner,
        }).at(place)
  if (name !== undefined) error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}

/** Details that are no data stay behind. */
function encodedDetails(details: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return encodeStepValue(details)
  } catch {
    return undefined
  }
}
