import { type EnvironmentValue, isEnvironmentValue } from '../contracts/config.js'
import type { Issue } from '../errors/describe-issues.js'

/** A placeholder for a text that is not known yet. */
const placeholder = 'text from the environment'

/** Returns the replacement of a value from the environment; undefined for a value that is left out. */
export type EnvironmentLookup = (value: EnvironmentValue) => string | undefined

/**
 * Returns options with a placeholder for each value from the environment, so that the others can be checked without
 * reading it.
 *
 * @param lookup Returns the values that are checked too. @default none
 * @returns the options, and a function that says whether an issue of a schema may come from a placeholder
 */
export function leaveOutEnvironment(
  options: unknown,
  lookup: EnvironmentLookup = () => undefined,
): {
  readonly value: unknown
  isLeftOut(issue: Issue): boolean
} {
  const leftOut: (readonly string[])[] = []
  const value = replaced(options, [], { leftOut, lookup })
  return {
    value,
    isLeftOut(issue) {
      const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
      const within = (outer: readonly string[], inner: readonly string[]) =>
        outer.every((part, index) => inner[index] === part)
      // A union reports an issue as a whole if one of its members rejects the placeholder.
      return leftOut.some((place) => within(place, path) || (isUnion(issue) && within(path, place)))
    },
  }
}

interface Replacement {
  readonly leftOut: (readonly string[])[]
  readonly lookup: EnvironmentLookup
}

function replaced(value: unknown, path: readonly string[], replacement: Replacement): unknown {
  if (isEnvironmentValue(value)) {
    const known = replacement.lookup(value)
    if (known === undefined) replacement.leftOut.push(path)
    return known ?? placeholder
  }
  if (Array.isArray(value)) return value.map((item, index) => replaced(item, [...path, String(index)], replacement))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaced(item, [...path, key], replacement)]),
  )
}

/** zod's code of the issue; issues of other libraries have none. */
function isUnion(issue: Issue): boolean {
  return (issue as { readonly code?: unknown }).code === 'invalid_union'
}
