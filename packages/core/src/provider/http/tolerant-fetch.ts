import { isPieces, joinedPieces } from '../chat/joined-answer.js'
import { unwrapped } from '../chat/unwrapped.js'
import { withoutData } from '../content.js'
import { failureIn } from '../failure-in.js'
import { parseReply } from '../parse-reply.js'
import { plainText } from '../plain-text.js'
import { readUsage, usageFieldOf } from '../read-usage.js'
import { isCall, toolCallsIn } from '../tool-calls.js'
import { amendReplies, type WholeReply } from './amend-replies.js'
import { amendVectors } from './amend-vectors.js'
import { createHttpFetch } from './http-fetch.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * A `fetch` for client libraries that read replies more strictly than servers write them. A failure under status 200
 * gets the status of a failure, so that the client passes on the server's words. A reply in the form of OpenAI loses the
 * side data that has a wrong type, because it must not invalidate the answer. If it contains no answer, the client
 * library fails instead of returning an empty one.
 */
export const tolerantFetch: typeof fetch = createHttpFetch({ amend })

const tolerant = new WeakMap<typeof fetch, typeof fetch>([[tolerantFetch, tolerantFetch]])

/** Another `fetch`, such as one that a user passed to a client library, with the tolerance of `tolerantFetch`. */
export function withTolerance(send: typeof fetch): typeof fetch {
  const known = tolerant.get(send)
  if (known !== undefined) return known
  const made = amendReplies(send, amend)
  tolerant.set(send, made)
  tolerant.set(made, made)
  return made
}

function amend({ status, text }: WholeReply): WholeReply | undefined {
  if (status >= 200 && status < 300 && text.trim() === '')
    return failed(502, 'it is empty', 'unexpected_reply', undefined)
  if (status !== 200) return undefined
  // What only we can read is written anew for the client library.
  const strict = parsed(text, JSON.parse)
  const given = strict ?? parsed(text, parseReply)
  // A reply that breaks off within its list remains as it is, which the client library cannot read.
  const value = withUsage(isPieces(given) ? joinedPieces(given) : unwrapped(given))
  if (value === undefined)
    return isPage(text) ? failed(502, `it is a page: ${plainText(text)}`, 'unexpected_reply', undefined) : undefined
  const failure = failureIn(value)
  if (failure !== undefined) return failed(failure.status ?? 500, failure.reason, failure.code, usageOf(value))
  if (isFields(value) && 'data' in value) return withVectors(value, strict)
  if (!isFields(value) || !('choices' in value)) return undefined
  if (isUsual(value) && value === strict) return undefined
  const { choices, prompt_filter_results } = value
  const isEmpty = !Array.isArray(choices) || choices.length === 0
  if (isEmpty && (prompt_filter_results != null || value.usage != null))
    return failed(400, 'the reply contains no answer, which is how filters act', 'content_filter', value.usage)
  const amended = isEmpty ? [] : choices.map(amendChoice)
  // The status of a gateway that received an invalid reply.
  if (amended.length === 0 || amended.includes(undefined))
    return failed(502, isEmpty ? 'it contains no answer' : 'it contains no message', 'unexpected_reply', value.usage)
  return { status, text: JSON.stringify({ ...sideData(value), choices: amended }) }
}

const isPage = (text: string): boolean => /^\s*<(?:!doctype|html|head|body)\b/i.test(text)

/** @param strict The reply as a client library reads it. */
function withVectors(value: Fields, strict: unknown): WholeReply | undefined {
  const data = amendVectors(value.data)
  if (data === undefined) return undefined
  if (typeof data === 'string') return failed(502, data, 'unexpected_reply', value.usage)
  const isUsual = value === strict && data.every((item, place) => item === (value.data as readonly unknown[])[place])
  return isUsual ? undefined : { status: 200, text: JSON.stringify({ ...value, data }) }
}

/** Whether nothing of a reply has to be changed. */
function isUsual({ id = '', model = '', created = 0, usage, choices }: Fields): boolean {
  return (
    typeof id === 'string' &&
    typeof model === 'string' &&
    typeof created === 'number' &&
    (usage === undefined || (isFields(usage) && isCounted(usage))) &&
    Array.isArray(choices) &&
    choices.length > 0 &&
    choices.every((choice) => amendChoice(choice) === choice)
  )
}

const isCounted = (usage: Fields): boolean =>
  Object.values(usage).every((value) => (isFields(value) ? isCounted(value) : typeof value === 'number' && value >= 0))

/** The properties of a reply that have the expected type. */
function sideData({ id, model, created, usage, ...rest }: Fields): Fields {
  return {
    ...rest,
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof created === 'number' ? { created } : {}),
    ...(isFields(usage) ? { usage: counts(usage) } : {}),
  }
}

/** Counts, also those that were written as texts; anything else says nothing. */
function counts(usage: Fields): Fields {
  const entries = Object.entries(usage).flatMap(([name, value]): [string, unknown][] => {
    if (isFields(value)) return [[name, counts(value)]]
    const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? [[name, count]] : []
  })
  return Object.fromEntries(entries)
}

/**
 * A filter leaves no message; a refusal stands in a field that few clients read; and some servers put the text or its
 * data where a client expects an object or a text. Undefined for a choice without a message.
 */
function amendChoice(choice: unknown): unknown {
  if (!isFields(choice)) return undefined
  const { message: given = choice.delta ?? choice.text, finish_reason } = choice
  const message = isFields(given) ? withUsualCalls(given) : given
  if (typeof message === 'string') return { ...choice, message: { role: 'assistant', content: message } }
  if (message == null)
    return isRegular(finish_reason) ? undefined : { ...choice, message: { role: 'assistant', content: '' } }
  if (!isFields(message)) return undefined
  const content = withoutData(message.content)
  if (typeof message.refusal === 'string' && message.refusal !== '' && !content)
    return { ...choice, finish_reason: 'refusal', message: { ...message, content: message.refusal } }
  return content === message.content && message === choice.message
    ? choice
    : { ...choice, message: { ...message, content } }
}

/** The message with its calls of tools in the form of OpenAI. */
function withUsualCalls(message: Fields): Fields {
  const { tool_calls, content } = message
  const hasParts = Array.isArray(content) && content.some(isCall)
  const isUsual = !Array.isArray(tool_calls) || tool_calls.every((call) => isFields(call) && isFields(call.function))
  if (isUsual && !hasParts) return message
  const calls = toolCallsIn(message).map((called, place) => ({
    id: `call-${place}`,
    type: 'function',
    function: called,
  }))
  return { ...message, tool_calls: calls, ...(hasParts ? { content: content.filter((part) => !isCall(part)) } : {}) }
}

const isRegular = (reason: unknown): boolean => reason == null || /^(|null|stop)$/i.test(String(reason))

/** The usage stands in the error, because client libraries pass on nothing else. */
function failed(status: number, message: string, code: string | undefined, usage: unknown): WholeReply {
  const error = { message, type: code ?? 'error', code: code ?? null, ...(usage == null ? {} : { usage }) }
  return { status, text: JSON.stringify({ error }) }
}

const usageOf = (value: unknown): unknown => (isFields(value) ? value.usage : undefined)

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Client libraries look for the counts in one place. */
function withUsage(value: unknown): unknown {
  const usage = usageFieldOf(value)
  if (!isFields(value) || value.usage != null || usage == null) return value
  const { inputTokens, outputTokens } = readUsage(usage).usage
  return { ...value, usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens } }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
