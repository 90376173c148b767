import type { LLMResult, Usage } from '../../contracts/serving.js'
import { separateThoughts } from './separate-thoughts.js'

const charactersPerToken = 4

/** The tokens by which models end a turn. Some servers leave them in the text. */
const endTokens =
  /(?:(?:<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end_of_turn|return)\|>|<end_of_turn>|\[\|endofturn\|\])\s*)+$/

/** Moves the reasoning at the start of an answer's text to the reasoning that the provider reports separately. */
export function withThoughtsApart<Result extends LLMResult>(result: Result): Result {
  const { answer, reasoning: inText } = separateThoughts(result.text.replace(endTokens, ''))
  const reasoning = [result.reasoning, inText].filter((text) => text !== undefined && text !== '').join('\n\n')
  if (answer === result.text && reasoning === '') return result
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
