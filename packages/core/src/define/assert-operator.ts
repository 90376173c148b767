import type { OperatorKind } from '../contracts/operator.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'

const kinds: Readonly<Record<OperatorKind, true>> = {
  map: true,
  filter: true,
  flatMap: true,
  mapBatches: true,
  table: true,
  opaque: true,
}

/** The properties that are functions, with what each may look like. */
const functions = {
  create: '({ input }) => (row) => ({ ...row })',
  columns: "(options) => ({ reads: ['text'], adds: { result: 'string' } })",
  reads: "(options) => ['text']",
  servings: "(options) => [{ kind: 'llm', name: 'default' }]",
  check: '(options) => []',
} as const

/** The properties that are lists of names, with what each may look like. */
const lists = { drops: "['text']", keeps: "['id', 'text']", inject: '[SERVINGS]' } as const

/**
 * Finds mistakes in a definition that the compiler shows, for authors who write JavaScript or silence it.
 *
 * @throws MAESTRO_OPERATOR_DEFINITION
 */
export function assertOperatorDefinition(definition: Readonly<Record<string, unknown>>): void {
  const { name, kind, adds } = definition
  const fail = (property: string, expected: string) => {
    const given = definition[property]
    const value = isPlainObject(given) ? 'an object' : describeValue(given)
    throw maestroError('MAESTRO_OPERATOR_DEFINITION', { operator: String(name), property, value, expected })
  }
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) fail('kind', `one of ${Object.keys(kinds).join(', ')}`)
  if (typeof definition.create !== 'function') fail('create', `a function, such as ${functions.create}`)
  for (const [property, example] of Object.entries(functions))
    if (definition[property] !== undefined && typeof definition[property] !== 'function')
      fail(property, `a function, such as ${example}`)
  for (const [property, example] of Object.entries(lists))
    if (definition[property] !== undefined && !isListOrNamed(definition[property]))
      fail(property, `a list, such as ${example}`)
  if (adds !== undefined && typeof adds !== 'function' && !isPlainObject(adds))
    fail('adds', "an object of columns and types, such as { result: 'string' }, or a function that returns one")
}

const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** An option in braces may hold the list. */
function isListOrNamed(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'string' && /^\{.*\}$/.test(value))
}
