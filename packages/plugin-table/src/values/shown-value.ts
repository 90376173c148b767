/** A value in the form that messages show. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`
  if (typeof value === 'bigint' || typeof value === 'number') return String(value).slice(0, 80)
  try {
    return String(JSON.stringify(value) ?? value).slice(0, 80)
  } catch {
    return 'a value that JSON does not know'
  }
}
