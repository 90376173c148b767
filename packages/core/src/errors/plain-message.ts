import { didYouMean } from './did-you-mean.js'

/** What zod adds to an issue of a Standard Schema. */
export interface ZodIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly code?: string
  readonly expected?: string
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly inclusive?: boolean
  readonly values?: readonly unknown[]
  readonly keys?: readonly string[]
  /** The issues of each member of a union. */
  readonly errors?: readonly (readonly ZodIssue[])[]
}

/** How the messages begin that a schema has not set itself. */
const builtIn = /^(Invalid input|Invalid option|Too small|Too big|Unrecognized key)/

/**
 * The issues that a user can act on: of a union, those of the member that was meant; of unknown keys, one for each key.
 */
export function expandIssue(issue: ZodIssue): readonly ZodIssue[] {
  if (!builtIn.test(issue.message)) return [issue]
  if (issue.code === 'unrecognized_keys')
    return (issue.keys ?? []).map((key) => ({
      path: [...(issue.path ?? []), key],
      message: 'there is no such property',
    }))
  const meant = issue.code === 'invalid_union' ? meantMember(issue.errors ?? []) : undefined
  if (meant === undefined) return [issue]
  return meant.flatMap((one) => expandIssue({ ...one, path: [...(issue.path ?? []), ...(one.path ?? [])] }))
}

/** The member of a union whose type the value has: its faults lie deeper, or it has a message of its own. */
function meantMember(members: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  const fitting = members.filter((issues) => !issues.some(isOtherType))
  return fitting.toSorted((a, b) => a.length - b.length)[0]
}

const isOtherType = ({ code, path = [], errors = [] }: ZodIssue): boolean =>
  path.length === 0 &&
  (code === 'invalid_type' ||
    (code === 'invalid_union' && errors.length > 0 && errors.every((all) => all.some(isOtherType))))

/** The message of an issue in plain words: what is expected, and what is there. */
export function plainMessage(issue: ZodIssue, value: unknown): string {
  if (!builtIn.test(issue.message)) return issue.message
  const wanted = wantedTypes(issue)
  if (wanted !== '') return `${wanted} is expected, not ${typeName(value)}`
  if (issue.values !== undefined)
    return `${issue.values.map((one) => JSON.stringify(one)).join(' or ')} is expected, not ${shown(value)}${meant(value, issue.values)}`
  return bound(issue) ?? issue.message
}

/** The types that an issue expects: `a string or an object`. Schemas with messages of their own have no type for zod. */
export function wantedTypes(issue: ZodIssue): string {
  return [...new Set(typesOf(issue))].map(withArticle).join(' or ')
}

function typesOf({ expected, errors = [] }: ZodIssue): readonly string[] {
  const own = expected === undefined || expected === 'custom' ? [] : [expected === 'int' ? 'integer' : expected]
  return [...own, ...errors.flatMap(([first]) => (first === undefined ? [] : typesOf(first)))]
}

function bound({ origin, minimum, maximum, inclusive }: ZodIssue): string | undefined {
  const limit = minimum ?? maximum
  if (limit === undefined) return undefined
  const [atLimit, beyond] = minimum === undefined ? ['at most', 'less than'] : ['at least', 'more than']
  const range = `${inclusive === false ? beyond : atLimit} ${limit}`
  if (origin === 'string') return `a text of ${range} ${limit === 1 ? 'character' : 'characters'} is expected`
  if (origin === 'array' || origin === 'set') return `${range} ${limit === 1 ? 'item is' : 'items are'} expected`
  return `a number of ${range} is expected`.replace('of more', 'more').replace('of less', 'less')
}

/** The value that a mistyped one stands for, as a question. */
function meant(value: unknown, values: readonly unknown[]): string {
  if (typeof value !== 'string') return ''
  const similar = didYouMean(
    value,
    values.filter((one) => typeof one === 'string'),
  )
  return similar === undefined ? '' : `. Did you mean ${JSON.stringify(similar)}?`
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number' && !Number.isInteger(value)) return `${value}`
  return withArticle(typeof value)
}

const shown = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : typeName(value))

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}
