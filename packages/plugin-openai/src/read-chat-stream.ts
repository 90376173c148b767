import { parseReply, TextPieces, unexpectedReply, usageCounts } from '@maestro-dataflow/core'
import { type ChatChoice, type ChatCompletion, chatChunk, tokenLogprobs } from './chat-api.js'
import { finishIn, isReason, readChoice } from './read-choice.js'
import { checkReply } from './read-reply.js'
import { Restarts } from './restarts.js'
import { isEnd } from './server-events.js'
import { brokenReply } from './to-serving-error.js'

/**
 * Assembles an answer from the data of its events.
 *
 * @param onText Receives each piece of the text.
 * @throws MAESTRO_SERVING_BROKEN_REPLY if the events end before the answer does, or begin again; _UNEXPECTED_REPLY if there are none;
 *   the typed error that an event reports
 */
export async function readChatStream(
  serving: string,
  events: AsyncIterable<string>,
  onText?: (text: string) => void,
): Promise<ChatCompletion> {
  const content = new TextPieces(onText)
  const reasoning = new TextPieces()
  const refusal = new TextPieces()
  const calls: TextPieces[] = []
  const restarts = new Restarts()
  const logprobs: unknown[] = []
  let finishReason: string | undefined
  let error: unknown
  let usage: unknown
  let isEmpty = true
  let isDone = false
  let place: string | undefined
  let answers = 0
  let hasMessage = false
  let rest: Readonly<Record<string, unknown>> = {}
  for await (const event of events) {
    isEmpty = false
    isDone = isEnd(event)
    // Data after this event belong to no answer.
    if (isDone) break
    const chunk = checkReply(serving, parse(serving, event), chatChunk)
    rest = { ...rest, ...withoutNothing(chunk) }
    // Some servers count from one, or write the number as a text.
    place ??= placeOf(chunk.choices?.[0])
    const choice = chunk.choices?.find((one) => (placeOf(one) ?? place) === place)
    if (choice === undefined) continue
    answers++
    hasMessage ||= (choice.message ?? choice.delta ?? choice.text) != null
    const said = readChoice(choice)
    if (restarts.isOne(chunk.id, choice, said.text !== ''))
      throw brokenReply(serving, 'the answer began again in the middle of its stream')
    usage = choice.usage ?? usage
    // Some servers repeat the whole message at the end of its pieces.
    const kind = choice.message != null ? 'whole' : isReason(finishIn(choice)) ? 'last' : 'next'
    content.add(said.text, kind)
    reasoning.add(said.reasoning, kind)
    refusal.add(said.refusal, kind)
    for (const [place, given] of said.calls.entries()) {
      calls[place] ??= new TextPieces()
      calls[place].add(given, kind)
    }
    error ??= choice.error
    logprobs.push(...(tokenLogprobs.safeParse(choice.logprobs).data?.content ?? []))
    const reason = finishIn(choice)
    if (isReason(reason)) finishReason = reason
  }
  if (isEmpty) throw unexpectedReply(serving, 'it is empty')
  if (finishReason === undefined && !isDone) throw brokenReply(serving, 'the stream ended before the answer did')
  const message = {
    content: content.end(),
    reasoning_content: reasoning.end(),
    refusal: refusal.end(),
    tool_calls: calls.map((given) => ({ function: { arguments: given.end() } })),
  }
  const choice = {
    index: 0,
    finish_reason: finishReason,
    message: hasMessage ? message : null,
    text: undefined,
    logprobs: { content: logprobs },
    error,
  }
  const { model, usage: counted, system_fingerprint } = rest
  return { ...rest, model, usage: counted ?? usage, system_fingerprint, choices: answers === 0 ? [] : [choice] }
}

const placeOf = (choice: ChatChoice | undefined): string | undefined =>
  choice?.index == null ? undefined : String(choice.index)

function parse(serving: string, event: string): unknown {
  try {
    return parseReply(event)
  } catch (error) {
    throw brokenReply(serving, `an event of its stream is not JSON: ${event.slice(0, 100)}`, error)
  }
}

/** Later pieces repeat the values of earlier ones, or have none. */
function withoutNothing({
  choices: _,
  ...chunk
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const filled = Object.entries(chunk).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(filled.filter(([name, value]) => name !== 'usage' || usageCounts(value)))
}
