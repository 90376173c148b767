import type { CallOptions, ServingBase, ServingKind } from '../contracts/serving.js'
import { MaestroError } from '../errors/maestro-error.js'

/** The kinds that may have a fallback. Vectors and scores of two models cannot be compared with each other. */
const fallbackKinds: ReadonlySet<ServingKind> = new Set(['llm', 'transcription'])

export function mayFallBack(kind: ServingKind): boolean {
  return fallbackKinds.has(kind)
}

/** A request that another serving may answer. */
export interface FallbackCall<Provider, Result> {
  readonly options: CallOptions
  /** Undefined for a serving without a fallback. */
  readonly fallback: Provider | undefined
  own(): Promise<Result>
  other(fallback: Provider): Promise<Result>
  /** Whether a result answers the request. One that was cut off, or that a filter withheld, does not. */
  answers(result: Result): boolean
}

/**
 * Asks the fallback if the serving itself does not answer. If the fallback does not answer either, the outcome is that
 * of the serving.
 *
 * @throws the error of the serving, which then mentions that of the fallback, or an error of the fallback that stops the
 *   run
 */
export async function withFallback<Provider extends ServingBase, Result>(
  call: FallbackCall<Provider, Result>,
): Promise<Result> {
  const { options, fallback, own, other, answers } = call
  if (fallback === undefined) return own()
  let first: Result | undefined
  let failure: unknown
  try {
    first = await own()
    if (answers(first)) return first
  } catch (error) {
    if (options.signal?.aborted === true || !leavesItToAnother(error)) throw error
    failure = error
  }
  try {
    const second = await other(fallback)
    if (first === undefined || answers(second)) return second
  } catch (error) {
    if (options.signal?.aborted === true || !leavesItToAnother(error)) throw error
    if (first === undefined) throw MaestroError.is(failure) ? bothFailed(failure, fallback.name, error) : failure
  }
  return first
}

/** A stopped call, and an answer of which a part was already passed on, are over. */
const over: ReadonlySet<string> = new Set(['MAESTRO_SERVING_ABORTED', 'MAESTRO_SERVING_BROKEN_OFF'])

/**
 * An account that refuses every request and a budget that is used up need someone's attention. A file that cannot be
 * read cannot be read for another model either.
 */
function leavesItToAnother(error: unknown): boolean {
  if (!MaestroError.is(error)) return false
  if (error.code === 'MAESTRO_SERVING_UNAVAILABLE') return true
  return !error.stopsRun && !over.has(error.code) && !error.code.startsWith('MAESTRO_MEDIA_')
}

function bothFailed(failure: MaestroError, fallback: string, second: unknown): MaestroError {
  const { code, message, hint, details, retryable, stopsRun, plugin, step, rowId, tries } = failure
  const also = `The fallback ${fallback} did not answer either: ${(second as MaestroError).message}`
  const error = new MaestroError({
    code,
    message: `${message} ${also}`,
    hint,
    details,
    retryable,
    stopsRun,
    cause: second,
  })
  return error.at({ plugin, step, rowId, tries })
}
