import { maestroError } from '../errors/error-table.js'

/** The values that aliases may add to a document. */
const mostCopies = 100_000
const deepest = 200

/**
 * Refuses data whose YAML aliases stand for more values than anyone writes: a few lines of aliases of aliases would keep
 * the process busy for ever. Each value is counted once, however often it is referred to.
 *
 * @throws MAESTRO_CONFIG_UNBOUNDED
 */
export function assertBounded(path: string, data: unknown): void {
  const refuse = (reason: string) => maestroError('MAESTRO_CONFIG_UNBOUNDED', { path, reason })
  const sizes = new Map<object, number>()
  /** How many values it stands for when every alias is written out. */
  const sizeOf = (value: unknown, depth: number): number => {
    if (typeof value !== 'object' || value === null) return 1
    const known = sizes.get(value)
    if (known === 0) throw refuse('an alias refers to a value that contains it')
    if (known !== undefined) return known
    if (depth > deepest) throw refuse(`it is nested deeper than ${deepest} levels`)
    sizes.set(value, 0)
    const size = Object.values(value).reduce<number>((sum, item) => sum + sizeOf(item, depth + 1), 1)
    sizes.set(value, size)
    return size
  }
  const size = sizeOf(data, 0)
  const written = [...sizes.keys()].reduce((sum, value) => sum + 1 + Object.keys(value).length, 1)
  if (size > written + mostCopies)
    throw refuse(`its aliases stand for ${size} values; at most ${mostCopies} may be added by aliases`)
}
