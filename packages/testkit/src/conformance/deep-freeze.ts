/** Freezes plain objects and lists, with everything in them, so that a change of them throws. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
