import { MaestroError } from '../../errors/maestro-error.js'

/**
 * The results of a step, in which an object that was returned twice becomes two rows. What a later step does to one
 * must not affect the other. An error may stand for several rows.
 */
export function ownRows(results: readonly unknown[]): readonly unknown[] {
  const seen = new Set<unknown>()
  return results.map((result) => {
    if (typeof result !== 'object' || result === null || MaestroError.is(result) || !seen.has(result)) {
      seen.add(result)
      return result
    }
    return { ...result }
  })
}
