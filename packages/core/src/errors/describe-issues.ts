import { expandIssue, plainMessage, wantedTypes, type ZodIssue } from './plain-message.js'

/** An issue of a Standard Schema. */
export interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Lists the issues of a Standard Schema as lines: `path: message`. If a required value is missing, the line says so.
 *
 * @param value The checked value.
 * @param setting The place of the checked value.
 */
export function describeIssues(issues: readonly Issue[], value: unknown, setting?: string): readonly string[] {
  return issues.flatMap(expandIssue).map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    const place = (setting === undefined ? path : [setting, ...path]).join('.')
    const found = valueAt(value, path)
    if (place !== '' && path.length > 0 && found === undefined) return `\`${place}\` is missing${expectation(issue)}`
    const message = plainMessage(issue, found)
    return place === '' ? message : `${place}: ${message}`
  })
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (within, name) =>
      typeof within === 'object' && within !== null ? (within as Readonly<Record<string, unknown>>)[name] : null,
    value,
  )
}

/** How the messages of our own schemas begin. */
const ours = 'it is missing'

/** The words after "is missing". */
function expectation(issue: ZodIssue): string {
  const { message } = issue
  if (message.startsWith(ours)) return message.slice(ours.length)
  const types = wantedTypes(issue)
  if (types !== '' && message.startsWith('Invalid input')) return `: ${types} is expected`
  const words = message.replace(/^(Invalid input|Invalid option|Required)\b:? */, '')
  return words === '' ? '' : `: ${words}`
}
