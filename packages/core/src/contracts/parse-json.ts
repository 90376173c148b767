import { mostDigits, parseInteger } from './parse-integer.js'

/** The maximum nesting of the lists and objects in a value of a row. It also ends the encoding of a circular value. */
export const deepestValue = 1000

/**
 * Parses JSON text. Integers beyond 2^53, such as the ids of some services, become bigint values with all their digits
 * instead of nearby numbers. If an object contains a key twice, the last value counts. A number that would become
 * infinite, such as 1e400, is refused.
 *
 * @param deepest The number of lists and objects that may be nested. @default 1000
 * @throws SyntaxError if the text is not JSON, is nested more deeply, or holds a number that is too large
 */
export function parseJson(text: string, deepest: number = deepestValue): unknown {
  const value: unknown = JSON.parse(text)
  return isWide(value, deepest) ? JSON.parse(text, exactIntegers) : value
}

/** Whether a value is or holds a number that may have lost digits. @throws SyntaxError */
function isWide(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER
  return typeof value === 'object' && value !== null && holdsWideNumber(value, levels)
}

/** All values are visited, so that those that follow a wide number may not be too deep either. @throws SyntaxError */
function holdsWideNumber(collection: object, levels: number): boolean {
  if (levels === 0) throw new SyntaxError(`lists and objects are nested more than ${deepestValue} levels deep`)
  let found = false
  if (Array.isArray(collection)) for (const item of collection) found = isWide(item, levels - 1) || found
  else
    for (const key in collection) {
      const value: unknown = collection[key as keyof typeof collection]
      // Most values of rows are texts.
      if (typeof value !== 'string') found = isWide(value, levels - 1) || found
    }
  return found
}

/** Node passes the source text of a number; TypeScript's type of the reviver does not include it yet. */
function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  if (!Number.isSafeInteger(value) && /^-?\d+$/.test(source)) {
    const integer = parseInteger(source)
    if (integer !== undefined) return integer
    throw new SyntaxError(`the number ${source.slice(0, 40)}... has more than ${mostDigits} digits`)
  }
  if (!Number.isFinite(value)) throw new SyntaxError(`the number ${source.slice(0, 40)} is too large`)
  return value
}
