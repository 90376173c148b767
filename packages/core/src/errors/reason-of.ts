import { describeValue } from './describe-value.js'

/**
 * What was thrown, in one line: the first that says something (some readers begin with the path alone). It need not be
 * an error, nor even have a text.
 */
export function reasonOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  const text = typeof said === 'string' ? said : describeValue(said)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const first = lines.find((line) => !line.endsWith(':')) ?? lines[0]
  return first ?? (error instanceof Error ? error.name : 'an empty text')
}
