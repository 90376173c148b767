/** Describes a value in a few words, for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `a ${value.constructor?.name ?? 'object'}`
  return typeof value === 'string'
    ? `the text "${value.slice(0, 40)}"`
    : typeof value === 'undefined'
      ? 'nothing'
      : `${typeof value} ${String(value)}`
}
