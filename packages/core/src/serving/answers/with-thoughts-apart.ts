import type { LLMResult, Usage } from '../../contracts/serving.js'
import { separateThoughts } from './separate-thoughts.js'

const charactersPerToken = 4

/** Moves the reasoning at the start of an answer's text to the reasoning that the provider reports separately. */
export function withThoughtsApart<Result extends LLMResult>(result: Result): Result {
  const { answer, reasoning: inText } = separateThoughts(result.text)
  const reasoning = [result.reasoning, inText].filter((text) => text !== undefined && text !== '').join('\n\n')
  if (inText === undefined && reasoning === '') return result
  return {
    ...result,
    text: answer,
    usage: withReasoningTokens(result.usage, reasoning),
    ...(reasoning === '' ? {} : { reasoning }),
  }
}

/** If the provider does not count the reasoning tokens, their number is estimated from the text. */
function withReasoningTokens(usage: Usage, reasoning: string): Usage {
  if (usage.reasoningTokens !== undefined || reasoning === '') return usage
  const estimate = Math.ceil(reasoning.length / charactersPerToken)
  return { ...usage, reasoningTokens: Math.min(estimate, usage.outputTokens) }
}
