/** A number as JavaScript writes it, with the sign of a negative zero. */
export function numberText(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Whether no text in a value contains half a character. */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isWellFormed)
}
