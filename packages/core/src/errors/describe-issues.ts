/** An issue of a Standard Schema. */
export interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What zod adds to an issue. */
interface ZodIssue extends Issue {
  readonly expected?: string
  /** The issues of each member of a union. */
  readonly errors?: readonly (readonly ZodIssue[])[]
}

/**
 * Lists the issues of a Standard Schema as lines: `path: message`. If a required value is missing, the line says so.
 *
 * @param value The checked value.
 * @param setting The place of the checked value.
 */
export function describeIssues(issues: readonly Issue[], value: unknown, setting?: string): readonly string[] {
  return issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    const place = (setting === undefined ? path : [setting, ...path]).join('.')
    if (place === '') return issue.message
    return isMissing(value, path) ? `\`${place}\` is missing${expectation(issue)}` : `${place}: ${issue.message}`
  })
}

function isMissing(value: unknown, path: readonly string[]): boolean {
  if (path.length === 0) return false
  const found = path.reduce<unknown>(
    (within, name) =>
      typeof within === 'object' && within !== null ? (within as Readonly<Record<string, unknown>>)[name] : null,
    value,
  )
  return found === undefined
}

/** How the messages of our own schemas begin. */
const ours = 'it is missing'

/** The words after "is missing". */
function expectation(issue: ZodIssue): string {
  const { message, expected, errors = [] } = issue
  if (message.startsWith(ours)) return message.slice(ours.length)
  const wanted = [expected, ...errors.map(([first]) => first?.expected)].filter((type) => type !== undefined)
  // Schemas with messages of their own have the type "custom" for zod.
  const types = [...new Set(wanted)].filter((type) => type !== 'custom').map(named)
  if (types.length > 0 && message.startsWith('Invalid input')) return `: ${types.join(' or ')} is expected`
  const words = message.replace(/^(Invalid input|Invalid option|Required)\b:? */, '')
  return words === '' ? '' : `: ${words}`
}

function named(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}
