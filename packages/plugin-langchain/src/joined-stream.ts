import { failureIn, parseReply, TextPieces, usageCounts } from '@maestro-dataflow/core'
import { eventData, isEnd } from './stream-events.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * Joins the pieces of an answer in the API of OpenAI to the reply that the server would have sent as a whole. A failure
 * that an event reports is returned as it is.
 *
 * @returns undefined for an answer that breaks off, begins again in the middle, or cannot be read
 */
export function joinedStream(text: string): unknown {
  const answer = new JoinedAnswer()
  let reply: Fields = {}
  for (const data of eventData(text)) {
    if (isEnd(data)) return answer.end(reply, true)
    const chunk = parsed(data)
    if (chunk === undefined || failureIn(chunk) !== undefined) return chunk
    if (!isFields(chunk)) continue
    reply = { ...reply, ...filled(chunk) }
    if (!answer.add(chunk)) return undefined
  }
  return answer.end(reply, false)
}

interface Call {
  readonly fields: Fields
  readonly name: TextPieces
  readonly given: TextPieces
}

/** The first answer of a stream. */
class JoinedAnswer {
  readonly #content = new TextPieces()
  readonly #reasoning = new TextPieces()
  readonly #refusal = new TextPieces()
  readonly #calls = new Map<unknown, Call>()
  readonly #logprobs: unknown[] = []
  #choice: Fields | undefined
  /** Content that is no text: parts, or data. */
  #data: unknown
  #hasMessage = false
  /** The number of the answer. */
  #place: string | undefined
  #id: unknown
  /** The pieces with text of this id. */
  #pieces = 0

  /** @returns whether the piece belongs to the same answer */
  add({ id, choices }: Fields): boolean {
    const given: readonly unknown[] = Array.isArray(choices) ? choices : []
    const all = given.filter(isFields)
    // Some servers count from one, or write the number as a text.
    this.#place ??= placeOf(all[0])
    const choice = all.find((one) => (placeOf(one) ?? this.#place) === this.#place)
    if (choice === undefined) return true
    this.#choice = { ...this.#choice, ...filled(choice) }
    const said = choice.message ?? choice.delta ?? choice.text
    if (said == null || Array.isArray(said)) return true
    this.#hasMessage = true
    const message = isFields(said) ? said : { content: said }
    if (this.#begins(id, message)) return false
    const kind = choice.message != null ? 'whole' : isReason(choice.finish_reason) ? 'last' : 'next'
    const { content, reasoning_content, reasoning = reasoning_content, refusal, tool_calls } = message
    if (typeof content === 'string') this.#content.add(content, kind)
    else if (Array.isArray(content) && Array.isArray(this.#data)) this.#data = [...this.#data, ...content]
    else this.#data = content ?? this.#data
    if (typeof reasoning === 'string') this.#reasoning.add(reasoning, kind)
    if (typeof refusal === 'string') this.#refusal.add(refusal, kind)
    this.#addCalls(tool_calls, kind)
    const { logprobs } = choice
    if (isFields(logprobs) && Array.isArray(logprobs.content)) this.#logprobs.push(...logprobs.content)
    return true
  }

  /** @param isDone Whether the server has said that the stream is complete. */
  end(reply: Fields, isDone: boolean): unknown {
    const choice = this.#choice
    if (choice === undefined) return { ...reply, choices: [] }
    const { delta: _, text: __, usage, finish_reason: reason, ...rest } = choice
    if (!isReason(reason) && !isDone) return undefined
    const [reasoning, refusal] = [this.#reasoning.end(), this.#refusal.end()]
    const calls = [...this.#calls.values()].map(({ fields, name, given }) => ({
      type: 'function',
      ...fields,
      function: { name: name.end(), arguments: given.end() },
    }))
    const message = {
      role: 'assistant',
      content: this.#data ?? this.#content.end(),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(refusal === '' ? {} : { refusal }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    }
    return {
      ...reply,
      object: 'chat.completion',
      ...(reply.usage == null && usage != null ? { usage } : {}),
      choices: [
        {
          ...rest,
          index: 0,
          finish_reason: isReason(reason) ? reason : 'stop',
          message: this.#hasMessage ? message : null,
          ...(this.#logprobs.length === 0 ? {} : { logprobs: { content: this.#logprobs } }),
        },
      ],
    }
  }

  /**
   * Whether this piece begins another answer, as behind a gateway whose server breaks. Servers that give each piece its
   * own id, or a late one, send the role once.
   */
  #begins(id: unknown, { role, content }: Fields): boolean {
    const isOther = typeof id === 'string' && typeof this.#id === 'string' && id !== this.#id
    if (isOther && this.#pieces >= 2 && role != null) return true
    if (isOther) this.#pieces = 0
    this.#id = id
    if (content != null && content !== '') this.#pieces++
    return false
  }

  #addCalls(calls: unknown, kind: 'next' | 'last' | 'whole'): void {
    if (!Array.isArray(calls)) return
    for (const [place, call] of calls.filter(isFields).entries()) {
      const { index = place, function: called, ...fields } = call
      const known = this.#calls.get(index) ?? { fields, name: new TextPieces(), given: new TextPieces() }
      this.#calls.set(index, known)
      const { name, arguments: given } = isFields(called) ? called : {}
      if (typeof name === 'string') known.name.add(name, kind)
      if (given != null) known.given.add(typeof given === 'string' ? given : JSON.stringify(given), kind)
    }
  }
}

function parsed(text: string): unknown {
  try {
    return parseReply(text)
  } catch {
    return undefined
  }
}

/** Later pieces repeat the values of earlier ones, or have none. */
const filled = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        value != null && (name !== 'finish_reason' || isReason(value)) && (name !== 'usage' || usageCounts(value)),
    ),
  )

const placeOf = (choice: Fields | undefined): string | undefined =>
  choice?.index == null ? undefined : String(choice.index)

/** Some servers write a missing reason as a text. */
const isReason = (reason: unknown): reason is string => typeof reason === 'string' && reason !== '' && reason !== 'null'

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
