import { isSchema } from '../../contracts/schema.js'

/** What one property of a definition must be. */
export interface Rule {
  /** The rest of a sentence that begins with "it must be". */
  readonly expected: string
  holds(value: unknown): boolean
}

export const text: Rule = { expected: 'a text', holds: (value) => typeof value === 'string' }

export const flag: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' }

/** Something that the compiler alone reads. */
export const anything: Rule = { expected: 'anything', holds: () => true }

export const schema: Rule = {
  expected: 'a schema, such as z.object({ size: z.number() })',
  holds: (value) => isSchema(value),
}

/** Options as fields, as a class of fields, or as a schema. */
export const fields: Rule = {
  expected: 'an object of fields, such as { input: column() }, a class of fields, or a schema',
  holds: (value) => isClass(value) || isSchema(value) || isPlainObject(value),
}

export const tokens: Rule = {
  expected: 'a list of tokens, such as [SERVINGS]',
  holds: (value) => Array.isArray(value) && value.every((token) => typeof token?.id === 'symbol'),
}

export function name(example: string): Rule {
  return {
    expected: `a name, such as '${example}'`,
    holds: (value) => typeof value === 'string' && value.trim() === value && value !== '',
  }
}

export function functionLike(example: string): Rule {
  return { expected: `a function, such as ${example}`, holds: (value) => typeof value === 'function' }
}

export function oneOf(values: readonly string[]): Rule {
  return { expected: `one of ${values.join(', ')}`, holds: (value) => values.some((one) => one === value) }
}

export function listOfTexts(example: string): Rule {
  return { expected: `a list, such as ${example}`, holds: isListOfTexts }
}

export function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isClass(value: unknown): boolean {
  // Arrow functions have no prototype.
  return typeof value === 'function' && typeof value.prototype === 'object'
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
