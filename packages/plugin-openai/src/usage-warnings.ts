import { uncountedTokens } from '@maestro-dataflow/core'

/** Warnings for the report: odd values beside an answer must not invalidate it, and should not be ignored silently. */
export function warningsOf(unreadable: readonly string[], isCounted: boolean): readonly string[] {
  if (unreadable.length > 0)
    return [`The server's ${unreadable.join(', ')} cannot be read; the answer is used without it.`]
  return isCounted ? [] : [uncountedTokens]
}
