/** What to tell of a failure in one line: the first that says something. Some readers begin with the path alone. */
export function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines.find((line) => !line.endsWith(':')) ?? lines[0] ?? ''
}
