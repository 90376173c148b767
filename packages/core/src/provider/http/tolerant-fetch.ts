import { failureIn } from '../failure-in.js'
import { createHttpFetch, type WholeReply } from './http-fetch.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * A `fetch` for client libraries that read replies more strictly than servers write them. A failure under status 200
 * gets the status of a failure, so that the client passes on the server's words. A reply in the form of OpenAI loses the
 * side data that has a wrong type, because it must not invalidate the answer.
 */
export const tolerantFetch: typeof fetch = createHttpFetch({ amend })

function amend({ status, text }: WholeReply): WholeReply {
  const value = status === 200 ? parse(text) : undefined
  if (value === undefined) return { status, text }
  const failure = failureIn(value)
  if (failure !== undefined) return failed(failure.status ?? 500, failure.reason, failure.code)
  if (!isFields(value) || !('choices' in value)) return { status, text }
  const { choices, prompt_filter_results } = value
  const isEmpty = !Array.isArray(choices) || choices.length === 0
  if (isEmpty && (prompt_filter_results != null || value.usage != null))
    return failed(400, 'the reply contains no answer, which is how filters act', 'content_filter')
  const kept = isEmpty ? value : { ...sideData(value), choices: choices.map(amendChoice) }
  return { status, text: JSON.stringify(kept) }
}

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

/** A filter leaves no message; a refusal stands in a field that few clients read. */
function amendChoice(choice: unknown): unknown {
  if (!isFields(choice)) return choice
  const { message, finish_reason } = choice
  if (message === null && finish_reason != null) return { ...choice, message: { role: 'assistant', content: '' } }
  if (!isFields(message) || typeof message.refusal !== 'string' || message.refusal === '') return choice
  return message.content
    ? choice
    : { ...choice, finish_reason: 'refusal', message: { ...message, content: message.refusal } }
}

function failed(status: number, message: string, code?: string): WholeReply {
  return { status, text: JSON.stringify({ error: { message, type: code ?? 'error', code: code ?? null } }) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
