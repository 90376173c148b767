import type { LLMResult, Usage } from '../../contracts/serving.js'
import { separateThoughts } from './separate-thoughts.js'

const charactersPerToken = 4

/** The tokens by which models end a turn. Some servers leave them in the text. */
const endTokens =
  /(?:(?:<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end_of_turn|return)\|>|<end_of_turn>|\[\|endofturn\|\])\s*)+$/

/** The tokens by which models begin a turn. */
const startTokens =
  /^\s*(?:<s>|<\|begin_of_text\|>)?\s*(?:<\|im_start\|>assistant\b|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model\b)\s*/

/** Some models end a turn with what is also a tag of HTML. */
const withoutLastTag = (text: string): string => (text.includes('<s>') ? text : text.replace(/<\/s>\s*$/, ''))

/** Moves the reasoning at the start of an answer's text to the reasoning that the provider reports separately. */
export function withThoughtsApart<Result extends LLMResult>(result: Result): Result {
  const { answer, reasoning: inText } = separateThoughts(withoutTokens(result.text))
  const reasoning = [result.reasoning, inText].filter((text) => text !== undefined && text !== '').join('\n\n')
  if (answer === result.text && reasoning === '') return result
  return {
    ...result,
    text: answer,
    usage: withReasoningTokens(result.usage, reasoning),
    ...(reasoning === '' ? {} : { reasoning }),
  }
}

const withoutTokens = (text: string): string => withoutLastTag(text.replace(startTokens, '')).replace(endTokens, '')

/** If the provider does not count the reasoning tokens, their number is estimated from the text. */
function withReasoningTokens(usage: Usage, reasoning: string): Usage {
  if (usage.reasoningTokens !== undefined || reasoning === '') return usage
  const estimate = Math.ceil(reasoning.length / charactersPerToken)
  return { ...usage, reasoningTokens: Math.min(estimate, usage.outputTokens) }
}
