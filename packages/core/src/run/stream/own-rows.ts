/**
 * The results of a step, where the same object given twice becomes two rows: what a later step does to one must not
 * reach the other.
 */
export function ownRows(results: readonly unknown[]): readonly unknown[] {
  const seen = new Set<unknown>()
  return results.map((result) => {
    if (typeof result !== 'object' || result === null || !seen.has(result)) {
      seen.add(result)
      return result
    }
    return { ...result }
  })
}
