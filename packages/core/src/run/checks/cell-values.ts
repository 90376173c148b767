/**
 * Whether a value of a row is a promise. It means that an `await` is missing; no file or database can hold a promise.
 */
export function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
