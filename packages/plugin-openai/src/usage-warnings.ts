/** A warning for the report: odd values beside an answer must not invalidate it, and should not be ignored silently. */
export function warningsOf(unreadable: readonly string[]): readonly string[] {
  return unreadable.length === 0
    ? []
    : [`The server's ${unreadable.join(', ')} cannot be read; the answer is used without it.`]
}
