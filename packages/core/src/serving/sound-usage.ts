import type { Usage } from '../contracts/serving.js'

/**
 * A usage whose parts agree; the same object if they agree already. Some providers count cached tokens beside the prompt, or reasoning beside the answer, and
 * some send numbers that are no counts. A budget must not be deceived by them.
 *
 * @param estimate The tokens of a call whose counts cannot be used.
 */
export function soundUsage(given: Partial<Usage> | undefined, estimate: () => Usage): Usage {
  const counts = isFields(given) ? given : {}
  const cached = countOf(counts.cachedInputTokens)
  const written = countOf(counts.cacheWriteInputTokens)
  const reasoning = countOf(counts.reasoningTokens)
  const input = countOf(counts.inputTokens) ?? estimate().inputTokens
  const output = countOf(counts.outputTokens) ?? estimate().outputTokens
  const beside = (cached ?? 0) + (written ?? 0)
  const sound: Usage = {
    inputTokens: beside > input ? input + beside : input,
    outputTokens: (reasoning ?? 0) > output ? output + (reasoning ?? 0) : output,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(written === undefined ? {} : { cacheWriteInputTokens: written }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
  return names.every((name) => counts[name] === sound[name]) ? (counts as Usage) : sound
}

const names = ['inputTokens', 'outputTokens', 'cachedInputTokens', 'cacheWriteInputTokens', 'reasoningTokens'] as const

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined

const isFields = (value: unknown): value is Partial<Usage> => typeof value === 'object' && value !== null
