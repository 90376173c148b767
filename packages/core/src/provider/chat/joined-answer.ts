import { failureIn } from '../failure-in.js'
import { parseReply } from '../parse-reply.js'
import { usageCounts } from '../read-usage.js'
import { TextPieces } from '../text-pieces.js'
import { calledTool, isCall } from '../tool-calls.js'
import { finishIn, isReason, messageIn, readChoice } from './read-choice.js'
import { isEnd, ServerEvents } from './server-events.js'
import { unwrapped } from './unwrapped.js'

type Fields = Readonly<Record<string, unknown>>

interface Call {
  readonly fields: Fields
  readonly name: TextPieces
  readonly given: TextPieces
}

/**
 * Joins the pieces of the first answer of a stream in the form of OpenAI to the reply that the server would have sent as
 * a whole.
 *
 * @example
 * const answer = new JoinedAnswer()
 * for (const chunk of chunks) answer.add(chunk)
 * answer.end(true) // { choices: [{ index: 0, finish_reason: 'stop', message: { content: 'bad' } }] }
 */
export class JoinedAnswer {
  readonly #content: TextPieces
  readonly #reasoning = new TextPieces()
  readonly #refusal = new TextPieces()
  readonly #calls = new Map<unknown, Call>()
  readonly #logprobs: unknown[] = []
  #reply: Fields = {}
  #choice: Fields | undefined
  #hasMessage = false
  /** The number of the answer. */
  #place: string | undefined
  #id: unknown
  /** The pieces with text of this id. */
  #pieces = 0

  /** @param onText Receives each piece of the text. */
  constructor(onText?: (text: string) => void) {
    this.#content = new TextPieces(onText)
  }

  /**
   * @returns false for a piece that begins another answer, as a gateway sends when the server behind it breaks. What this
   *   one repeats of the first answer is unknown, so that neither can be used.
   */
  add(chunk: Fields): boolean {
    this.#reply = { ...this.#reply, ...filled(chunk) }
    const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isFields) : []
    // Some servers count from one, or write the number as a text.
    this.#place ??= placeOf(choices[0])
    const choice = choices.find((one) => (placeOf(one) ?? this.#place) === this.#place)
    if (choice === undefined) return true
    this.#choice = { ...this.#choice, ...filled(choice) }
    const given = choice.message ?? choice.delta ?? choice.text
    this.#hasMessage ||= given != null && !Array.isArray(given)
    const said = readChoice(choice)
    const message = messageIn(choice)
    if (this.#begins(chunk.id, choice.message == null && message.role != null, said.text !== '')) return false
    // Some servers repeat the whole message at the end of its pieces.
    const kind = choice.message != null ? 'whole' : isReason(finishIn(choice)) ? 'last' : 'next'
    this.#content.add(said.text, kind)
    this.#reasoning.add(said.reasoning, kind)
    this.#refusal.add(said.refusal, kind)
    for (const [place, call] of callsIn(message)) this.#addCall(place, call, kind)
    const { logprobs } = choice
    if (isFields(logprobs) && Array.isArray(logprobs.content)) this.#logprobs.push(...logprobs.content)
    return true
  }

  /**
   * @param isDone Whether the server has said that the stream is complete.
   * @returns undefined if the stream ended before the answer did
   */
  end(isDone: boolean): Fields | undefined {
    const choice = this.#choice ?? {}
    const { message: _, delta: __, text: ___, usage, ...rest } = choice
    const reply = { ...this.#reply, ...(this.#reply.usage == null && usage != null ? { usage } : {}) }
    const reason = finishIn(choice)
    if (!isReason(reason) && !isDone) return undefined
    if (this.#choice === undefined) return { ...reply, choices: [] }
    return {
      ...reply,
      object: 'chat.completion',
      choices: [
        {
          ...rest,
          index: 0,
          finish_reason: isReason(reason) ? reason : 'stop',
          message: this.#hasMessage ? this.#message() : null,
          ...(this.#logprobs.length === 0 ? {} : { logprobs: { content: this.#logprobs } }),
        },
      ],
    }
  }

  #message(): Fields {
    const [reasoning, refusal] = [this.#reasoning.end(), this.#refusal.end()]
    const calls = [...this.#calls.values()].map(({ fields, name, given }) => ({
      type: 'function',
      ...fields,
      function: { name: name.end(), arguments: given.end() },
    }))
    return {
      role: 'assistant',
      content: this.#content.end(),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(refusal === '' ? {} : { refusal }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    }
  }

  /** Servers that give each piece its own id, or a late one, send the role once. */
  #begins(id: unknown, hasRole: boolean, hasText: boolean): boolean {
    const isOther = typeof id === 'string' && typeof this.#id === 'string' && id !== this.#id
    if (isOther && this.#pieces >= 2 && hasRole) return true
    if (isOther) this.#pieces = 0
    this.#id = id
    if (hasText) this.#pieces++
    return false
  }

  #addCall(place: unknown, call: Fields, kind: 'next' | 'last' | 'whole'): void {
    const { index: _, function: __, ...fields } = call
    const known = this.#calls.get(place) ?? { fields, name: new TextPieces(), given: new TextPieces() }
    this.#calls.set(place, known)
    const called = calledTool(call)
    known.name.add(called.name, kind)
    known.given.add(called.arguments, kind)
  }
}

/** Whether a reply is a list of the pieces of a stream. */
export const isPieces = (reply: unknown): reply is readonly Fields[] =>
  Array.isArray(reply) && reply.length > 1 && reply.every((piece) => isFields(piece) && Array.isArray(piece.choices))

/**
 * The whole reply, or the failure that one of the pieces reports. Undefined for an answer that breaks off, begins again in
 * the middle, or has a piece that cannot be read.
 */
export function joinedPieces(pieces: readonly unknown[], isDone = false): unknown {
  const answer = new JoinedAnswer()
  for (const piece of pieces.map(unwrapped)) {
    if (piece === undefined || failureIn(piece) !== undefined) return piece
    if (isFields(piece) && !answer.add(piece)) return undefined
  }
  return answer.end(isDone)
}

/** The same for the text of a whole stream. */
export function joinedStream(text: string): unknown {
  const events = new ServerEvents()
  const data = [...events.read(text), ...events.end()]
  const end = data.findIndex(isEnd)
  return joinedPieces((end === -1 ? data : data.slice(0, end)).map(parsed), end !== -1)
}

function parsed(text: string): unknown {
  try {
    return parseReply(text)
  } catch {
    return undefined
  }
}

/** Calls of tools, each piece by its number or its place. */
function callsIn({ tool_calls, function_call, content }: Fields): readonly (readonly [unknown, Fields])[] {
  const listed = (given: unknown) => (Array.isArray(given) ? given.filter(isFields) : [])
  return [
    ...listed(tool_calls).map((call, place) => [call.index ?? place, call] as const),
    ...(isFields(function_call) ? [['function', { function: function_call }] as const] : []),
    ...listed(content)
      .filter(isCall)
      .map((call, place) => [`part ${place}`, call] as const),
  ]
}

/** Later pieces repeat the values of earlier ones, or have none. */
const filled = ({ choices: _, ...fields }: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        value != null && (name !== 'finish_reason' || isReason(value)) && (name !== 'usage' || usageCounts(value)),
    ),
  )

const placeOf = (choice: Fields | undefined): string | undefined =>
  choice?.index == null ? undefined : String(choice.index)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
