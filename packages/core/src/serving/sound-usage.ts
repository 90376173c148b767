import type { Usage } from '../contracts/serving.js'
import { partsOf, usageParts } from './usage-parts.js'

/**
 * A usage whose parts agree; the same object if they agree already. Some providers count cached tokens beside the
 * prompt, or reasoning beside the answer, and some send numbers that are no counts. A budget must not be deceived by
 * them.
 *
 * @param estimate The tokens of a call whose counts cannot be used.
 */
export function soundUsage(given: Partial<Usage> | undefined, estimate: () => Usage): Usage {
  const counts = isFields(given) ? given : {}
  const parts = partsOf((part) => countOf(counts[part]))
  const input = countOf(counts.inputTokens) ?? estimate().inputTokens
  const output = countOf(counts.outputTokens) ?? estimate().outputTokens
  const { cachedInputTokens = 0, cacheWriteInputTokens = 0, reasoningTokens = 0 } = parts
  const beside = cachedInputTokens + cacheWriteInputTokens
  const sound: Usage = {
    inputTokens: beside > input ? input + beside : input,
    outputTokens: reasoningTokens > output ? output + reasoningTokens : output,
    ...parts,
  }
  return names.every((name) => counts[name] === sound[name]) ? (counts as Usage) : sound
}

const names = ['inputTokens', 'outputTokens', ...usageParts] as const

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined

const isFields = (value: unknown): value is Partial<Usage> => typeof value === 'object' && value !== null
