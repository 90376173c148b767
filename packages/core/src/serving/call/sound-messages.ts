import type { Message } from '../../contracts/serving.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'

const roles: ReadonlySet<unknown> = new Set<Message['role']>(['system', 'user', 'assistant'])
const media: ReadonlySet<unknown> = new Set(['image', 'audio', 'file'])

/**
 * Checks the messages of a request, which a prompt class or an observer of any plugin may have made.
 *
 * @throws MAESTRO_PROMPT_MESSAGES
 */
export function assertMessages(messages: unknown): asserts messages is readonly Message[] {
  if (!Array.isArray(messages)) throw wrong(`they are ${describeValue(messages)} instead of a list`)
  if (messages.length === 0) throw wrong('there are none')
  for (const [index, message] of messages.entries()) {
    const fault = faultOf(message)
    if (fault !== undefined) throw wrong(`message ${index + 1} ${fault}`)
  }
}

function faultOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null) return `is ${describeValue(message)}`
  const { role, content } = message as Partial<Message>
  if (!roles.has(role)) return `has ${describeValue(role)} as its role`
  if (typeof content === 'string') return undefined
  if (!Array.isArray(content)) return `has ${describeValue(content)} as its content`
  const wrong = content.find((part: unknown) => !isPart(part))
  return wrong === undefined ? undefined : 'has a part that is neither a text nor a file'
}

function isPart(part: unknown): boolean {
  const { type, text, data } = (part ?? {}) as {
    readonly type?: unknown
    readonly text?: unknown
    readonly data?: unknown
  }
  return type === 'text' ? typeof text === 'string' : media.has(type) && data !== undefined && data !== null
}

function wrong(reason: string): Error {
  return maestroError('MAESTRO_PROMPT_MESSAGES', { reason })
}
