import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/**
 * Refuses settings that a method of the builder does not have. The compiler does so too, but not in JavaScript.
 *
 * @param use The step, as the message names it.
 * @throws MAESTRO_PIPELINE_OPTION_UNKNOWN
 */
export function assertKnownSettings(use: string, settings: object, known: readonly string[]): void {
  const name = Object.keys(settings).find((key) => !known.includes(key))
  if (name === undefined) return
  throw unknownOption(use, name, known)
}

/** The error of an option that a component does not have, with the near name. */
export const unknownOption = (use: string, name: string, known: readonly string[]): MaestroError =>
  maestroError('MAESTRO_PIPELINE_OPTION_UNKNOWN', { use, name, known, suggestion: didYouMean(name, known) })
