import { readContent, withoutData } from '@maestro-dataflow/core'
import type { ChatChoice } from './chat-api.js'

/** The contents of an answer, or of a piece of one. */
export interface ChoiceContent {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  /** The arguments of tool calls, which no request offers; a model may answer with one all the same. */
  readonly calls: readonly string[]
}

/** Where servers put reasoning; two of these fields may hold the same text. */
const thoughtNames = [
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'thinking',
  'think',
  'thought',
  'reasoning_details',
]

export function readChoice({ message, delta, text }: ChatChoice): ChoiceContent {
  const given = message ?? delta
  const said = typeof given === 'string' ? { content: given } : (given ?? { content: text })
  const content = readContent(withoutData(said.content))
  const thoughts = thoughtNames.map((name) => readThoughts(said[name])).find((thought) => thought !== '')
  return {
    text: content.text,
    reasoning: content.reasoning + (thoughts ?? ''),
    refusal: content.refusal + (typeof said.refusal === 'string' ? said.refusal : ''),
    calls: [...(Array.isArray(said.tool_calls) ? said.tool_calls : []), { function: said.function_call }]
      .map(argumentsOf)
      .filter((given) => given !== ''),
  }
}

/** A text, an object around one, or a list of parts. */
function readThoughts(given: unknown): string {
  const { text, reasoning } = readContent(given)
  return text + reasoning
}

function argumentsOf(call: unknown): string {
  const { arguments: given } = (call as { function?: { arguments?: unknown } | null } | null)?.function ?? {}
  if (given === undefined || given === null) return ''
  return typeof given === 'string' ? given : JSON.stringify(given)
}
