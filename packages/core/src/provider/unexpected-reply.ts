import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { plainText } from './plain-text.js'
import { usageIn } from './read-usage.js'

/**
 * The error of a complete reply that is not an answer, whose form is therefore unlikely to improve.
 *
 * @param reply The reply as data. The tokens that it states are charged.
 * @example
 * throw unexpectedReply('acme.chat', 'it contains no message', reply)
 */
export function unexpectedReply(serving: string, reason: string, reply?: unknown, cause?: unknown): MaestroError {
  const usage = usageIn(reply)
  const details = { serving, reason, ...(usage === undefined ? {} : { usage }) }
  return maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', details, cause)
}

/**
 * The error of a reply that is not JSON. JSON that breaks off may be complete the next time; another text, such as a web
 * page, and nothing at all are unlikely to improve.
 */
export function unreadableReply(
  serving: string,
  text: string,
  type = 'no content type',
  cause?: unknown,
): MaestroError {
  const isEmpty = text.trim() === ''
  const reason = isEmpty ? 'it is empty' : `no JSON (${type}): ${plainText(text)}`
  if (/^[\s\ufeff]*[{[]/.test(text)) return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, cause)
  if (isEmpty) return unexpectedReply(serving, reason, undefined, cause)
  return maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving, reason, isPage: true }, cause)
}
