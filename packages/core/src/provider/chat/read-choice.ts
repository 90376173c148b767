import { readContent, withoutData } from '../content.js'
import { knownFinishReason } from '../finish-reason.js'
import { toolCallsIn } from '../tool-calls.js'

type Fields = Readonly<Record<string, unknown>>

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

/** Reads one of the answers of a reply in the form of OpenAI, or a piece of it. */
export function readChoice(choice: Fields): ChoiceContent {
  const said = messageIn(choice)
  const content = readContent(withoutData(said.content))
  const thoughts = thoughtNames.map((name) => readThoughts(said[name])).find((thought) => thought !== '')
  return {
    text: content.text,
    reasoning: content.reasoning + (thoughts ?? ''),
    refusal: content.refusal + (typeof said.refusal === 'string' ? said.refusal : ''),
    calls: toolCallsIn(said).map((call) => call.arguments),
  }
}

/** The message of an answer, which some servers write as a text. */
export function messageIn({ message, delta, text }: Fields): Fields {
  const given = message ?? delta
  return isFields(given) ? given : { content: given ?? text }
}

/**
 * The finish reason in the server's words. A gateway may call an answer complete whose own server has cut it off, and
 * some servers state the reason elsewhere.
 */
export function finishIn({ finish_reason: given, native_finish_reason: native, stop_reason: other }: Fields): unknown {
  if (!isReason(given)) return [native, other].find((reason) => knownFinishReason(reason) !== undefined) ?? given
  const isWorse = knownFinishReason(given) === 'stop' && (knownFinishReason(native) ?? 'stop') !== 'stop'
  return isWorse ? native : given
}

/** Some servers write a missing reason as a text. */
export const isReason = (reason: unknown): reason is string =>
  typeof reason === 'string' && reason !== '' && reason !== 'null'

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text, an object around one, or a list of parts. */
function readThoughts(given: unknown): string {
  const { text, reasoning } = readContent(given)
  return text + reasoning
}
