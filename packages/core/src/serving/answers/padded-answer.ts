import type { LLMRequest, LLMResult } from '../../contracts/serving.js'

/** Blanks of this number behind data are no layout. */
const padding = /(?<=[}\]"])\s{32,}$/

const warning =
  'The model wrote blanks behind its answer up to the limit of tokens, and they are charged too. Set a lower `maxTokens`.'

/**
 * The answer without the blanks that models write behind finished data until the limit of tokens ends them, as happens when
 * a server holds them to JSON. The limit has cut off nothing then.
 */
export function withoutPadding(result: LLMResult, { schema, json }: LLMRequest): LLMResult {
  const { finishReason, text, warnings = [] } = result
  if (finishReason !== 'length' || (schema === undefined && json !== true) || !padding.test(text)) return result
  return { ...result, finishReason: 'stop', text: text.trimEnd(), warnings: [...warnings, warning] }
}
