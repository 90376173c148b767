import { describeValue } from './describe-value.js'

/**
 * What was thrown, in one line: the first line that says something, because some parsers begin with the path alone. The
 * value may be no error and may have no text.
 */
export function reasonOf(error: unknown): string {
  try {
    return firstLineOf(error)
  } catch {
    // Reading it runs code of its own, which failed.
    return 'an error that cannot be read'
  }
}

function firstLineOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  const text = typeof said === 'string' ? said : describeValue(said)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const first = lines.find((line) => !line.endsWith(':')) ?? lines[0]
  return first ?? (error instanceof Error ? error.name : 'an empty text')
}
