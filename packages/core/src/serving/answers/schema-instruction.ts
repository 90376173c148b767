import type { JsonSchema } from '../../contracts/schema.js'
import type { LLMRequest } from '../../contracts/serving.js'

/**
 * Tells a model that cannot be held to a schema what to answer: behind the prompt, so that its beginning stays the
 * same, and in the user's words, for many models know no instruction after those.
 */
export function withInstruction({ schema, ...request }: LLMRequest & { readonly schema: JsonSchema }): LLMRequest {
  return withUserText(
    { ...request, json: true },
    `Answer with JSON only, without any other text, that fits this JSON Schema:\n${JSON.stringify(schema)}`,
  )
}

/** The turn that shows a model its answer and what is wrong with it. Servers refuse an empty answer in a turn of its own. */
export function withRepairTurn(request: LLMRequest, answer: string, issues: readonly string[]): LLMRequest {
  const faults = issues.map((issue) => `- ${issue}`).join('\n')
  if (answer.trim() === '') return withUserText(request, `You have given no answer before:\n${faults}`)
  const text = `Your answer does not fit:\n${faults}\nAnswer again with the whole corrected JSON and nothing else.`
  return {
    ...request,
    messages: [...request.messages, { role: 'assistant', content: shortened(answer) }, { role: 'user', content: text }],
  }
}

/** A long answer that does not fit says no more than its beginning, and may not fit the context a second time. */
const mostShown = 2000

const shortened = (answer: string): string =>
  answer.length <= mostShown ? answer : `${answer.slice(0, mostShown)}...`.toWellFormed()

/** Puts a text at the end of the user's last turn. */
function withUserText(request: LLMRequest, text: string): LLMRequest {
  const last = request.messages.at(-1)
  if (last?.role !== 'user') return { ...request, messages: [...request.messages, { role: 'user', content: text }] }
  const content =
    typeof last.content === 'string' ? `${last.content}\n\n${text}` : [...last.content, { type: 'text' as const, text }]
  return { ...request, messages: [...request.messages.slice(0, -1), { ...last, content }] }
}
