import type { CallOptions, LLMResult } from '../../contracts/serving.js'

/** Whether a cache returned an answer. Anything else, such as a damaged entry, is requested again. */
export function isAnswer(kept: unknown): kept is LLMResult {
  const { text, usage, model } = (kept ?? {}) as Partial<LLMResult>
  return (
    typeof text === 'string' &&
    typeof model === 'string' &&
    Number.isFinite(usage?.inputTokens) &&
    Number.isFinite(usage?.outputTokens)
  )
}

/** An incomplete answer is requested again the next time. */
export function isWorthKeeping(
  { finishReason, text, object }: LLMResult,
  { keepCutOff = false }: CallOptions,
): boolean {
  const ended = finishReason === 'stop' || (finishReason === 'length' && keepCutOff)
  return ended && (object !== undefined || text.trim() !== '')
}
