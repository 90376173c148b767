/**
 * Parses JSON text. Integers beyond 2^53, such as the ids of some services, become bigint values with all their digits
 * instead of nearby numbers.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return hasWideNumber(value) ? JSON.parse(text, exactIntegers) : value
}

function hasWideNumber(value: unknown): boolean {
  if (typeof value === 'number') return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasWideNumber)
  for (const key in value) if (hasWideNumber((value as Record<string, unknown>)[key])) return true
  return false
}

/** Node passes the source text of a number; TypeScript's type of the reviver does not include it yet. */
function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  return !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value
}
