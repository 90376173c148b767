/** A number as JavaScript writes it, with the sign of a negative zero. */
export function numberText(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
