/** Deeper values are not searched; a row that is nested so deeply is rare, and the search must end. */
const deepest = 32

/**
 * Whether a value of a row is a promise or holds one. It means that an `await` is missing; no file or database can hold a
 * promise. Its failure is heard here, because the row does not wait for it and an unheard failure ends the process.
 */
export function holdsPromise(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  const { then } = value as { then?: unknown }
  if (typeof then === 'function') {
    if (value instanceof Promise) value.catch(() => undefined)
    return true
  }
  if (depth >= deepest) return false
  let found = false
  // All of them are heard.
  for (const cell of Array.isArray(value) ? value : Object.values(value)) found = holdsPromise(cell, depth + 1) || found
  return found
}
