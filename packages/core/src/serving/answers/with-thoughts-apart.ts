import type { LLMResult, Usage } from '../../contracts/serving.js'
import { separateThoughts } from './separate-thoughts.js'

const charactersPerToken = 4

/** An answer without the thoughts that its text begins with; they go to those that the provider has set apart. */
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

/** Where the provider does not count them, about as many as their text has. */
function withReasoningTokens(usage: Usage, reasoning: string): Usage {
  if (usage.reasoningTokens !== undefined || reasoning === '') return usage
  const estimate = Math.ceil(reasoning.length / charactersPerToken)
  return { ...usage, reasoningTokens: Math.min(estimate, usage.outputTokens) }
}
