import { isSchema } from '../../contracts/schema.js'
import { describeValue } from '../../errors/describe-value.js'
import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'
import { isPlainObject, type Rule } from './rule.js'

/** What the definition of one kind of thing must be. */
export interface DefinitionRules<Property extends string = string> {
  /** The kind with its article: "an operator". */
  readonly kind: string
  /** The page of the documentation with a whole definition. */
  readonly page: string
  readonly required: readonly Property[]
  readonly properties: Readonly<Record<Property, Rule>>
}

/**
 * Finds mistakes in a definition that the compiler shows, for authors who write JavaScript or silence it: a misspelt
 * property, one that is missing, and one that is something else.
 *
 * @throws MAESTRO_DEFINITION_INVALID
 */
export function assertDefinition(rules: DefinitionRules, definition: unknown): void {
  if (!isObject(definition))
    throw fault(rules, undefined, { fault: `it is ${describeValue(definition)} instead of an object` })
  const known = Object.keys(rules.properties)
  for (const property of Object.keys(definition))
    if (!known.includes(property)) {
      const suggestion = didYouMean(property, known)
      throw fault(rules, definition, { property, fault: `it has an unknown property "${property}"`, known, suggestion })
    }
  for (const [property, { expected, holds }] of Object.entries(rules.properties)) {
    const value = definition[property]
    if (value === undefined ? !rules.required.includes(property) : holds(value)) continue
    const found = isPlainObject(value) ? 'an object' : describeValue(value)
    throw fault(rules, definition, { property, fault: `"${property}" is ${found}, and must be ${expected}` })
  }
}

/** Checks declared options: each field is a schema of zod 4. @throws MAESTRO_DEFINITION_INVALID */
export function assertFields(rules: DefinitionRules, definition: object, shape: unknown): void {
  if (isSchema(shape)) return
  for (const [field, value] of Object.entries(shape as object))
    if (!isObject(value) || !('_zod' in value)) {
      const found = isPlainObject(value) ? 'an object' : describeValue(value)
      const reason = `the option "${field}" is ${found}, and must be a schema of zod 4, such as z.string() or column()`
      throw fault(rules, definition, { property: 'options', fault: reason })
    }
}

/** A fault in a definition, with the name of what is defined. */
export function fault(
  { kind, page }: DefinitionRules,
  definition: object | undefined,
  about: {
    readonly fault: string
    readonly property?: string
    readonly known?: readonly string[]
    readonly suggestion?: string | undefined
  },
) {
  const name: unknown = definition === undefined ? undefined : Reflect.get(definition, 'name')
  const what = typeof name === 'string' && name !== '' ? kind.replace(/^an? /, 'the ').concat(` ${name}`) : kind
  return maestroError('MAESTRO_DEFINITION_INVALID', { what, page, ...about })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
