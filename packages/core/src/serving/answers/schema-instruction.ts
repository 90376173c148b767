import type { JsonSchema } from '../../contracts/schema.js'
import type { LLMRequest } from '../../contracts/serving.js'

/**
 * Tells a model without native support for schemas what to answer. The text follows the prompt, so that the beginning
 * of the prompt stays the same, and it is part of the user's turn, because many models ignore instructions after that
 * turn.
 */
export function withInstruction({ schema, ...request }: LLMRequest & { readonly schema: JsonSchema }): LLMRequest {
  return withUserText(
    { ...request, json: true },
    `Answer with JSON only, without any other text, that fits this JSON Schema:\n${JSON.stringify(schema)}`,
  )
}

/** The turn that shows the model its answer and the faults. Servers refuse a turn without a visible character. */
export function withRepairTurn(request: LLMRequest, answer: string, issues: readonly string[]): LLMRequest {
  const faults = issues.map((issue) => `- ${issue}`).join('\n')
  if (!/[^\p{Z}\p{C}]/u.test(answer)) return withUserText(request, `You have given no answer before:\n${faults}`)
  const text = `Your answer does not fit:\n${faults}\nAnswer again with the whole corrected JSON and nothing else.`
  return {
    ...request,
    messages: [...request.messages, { role: 'assistant', content: shortened(answer) }, { role: 'user', content: text }],
  }
}

/** A long wrong answer is shortened: the rest adds no information and may exceed the context. */
const mostShown = 2000

const shortened = (answer: string): string =>
  answer.length <= mostShown ? answer : `${answer.slice(0, mostShown)}...`.toWellFormed()

/** Appends a text to the user's last turn. */
function withUserText(request: LLMRequest, text: string): LLMRequest {
  const last = request.messages.at(-1)
  if (last?.role !== 'user') return { ...request, messages: [...request.messages, { role: 'user', content: text }] }
  const content =
    typeof last.content === 'string' ? `${last.content}\n\n${text}` : [...last.content, { type: 'text' as const, text }]
  return { ...request, messages: [...request.messages.slice(0, -1), { ...last, content }] }
}
