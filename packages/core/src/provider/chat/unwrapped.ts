import { parseReply } from '../parse-reply.js'

type Fields = Readonly<Record<string, unknown>>

/** Where gateways put the reply of the server behind them. */
const wrappings = ['result', 'data', 'response', 'body'] as const

/** Where a choice has its answer. */
const answering = ['message', 'delta', 'text'] as const

/**
 * The reply in the form of OpenAI that a gateway has put into a list, a text, or an object of its own. Choices that are an
 * object, one of them or all by their numbers, become a list. What is not wrapped is returned as it is.
 *
 * @example
 * unwrapped({ success: true, result: { choices: [] } }) // { choices: [] }
 */
export function unwrapped(reply: unknown): unknown {
  const value = withListed(Array.isArray(reply) && reply.length === 1 ? reply[0] : inText(reply))
  if (isReply(value)) return value
  if (!isFields(value)) return reply
  return wrappings.map((name) => withListed(inText(value[name]))).find(isReply) ?? reply
}

function withListed(value: unknown): unknown {
  if (!isFields(value) || !isFields(value.choices)) return value
  const { choices } = value
  if (answering.some((name) => name in choices)) return { ...value, choices: [choices] }
  const all = Object.values(choices)
  return all.length > 0 && all.every(isFields) ? { ...value, choices: all } : value
}

function inText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return value
  try {
    return parseReply(value)
  } catch {
    return value
  }
}

const isReply = (value: unknown): boolean =>
  isFields(value) && (Array.isArray(value.choices) || (Array.isArray(value.data) && 'object' in value))

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
