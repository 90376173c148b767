import {
  failureIn,
  parseReply,
  plainText,
  servingError,
  unexpectedReply,
  unreadableReply,
  unwrapped,
} from '@maestro-dataflow/core'
import type { z } from 'zod'

/**
 * Parses the JSON of an answer and checks its form.
 *
 * @throws MAESTRO_SERVING_BROKEN_REPLY for incomplete or empty answers, _UNEXPECTED_REPLY for pages and other forms;
 *   the typed error that the answer reports
 */
export async function readReply<Schema extends z.ZodType>(
  serving: string,
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return checkText(serving, await response.text(), response, schema)
}

/** @throws like readReply */
export function checkText<Schema extends z.ZodType>(
  serving: string,
  text: string,
  response: Response,
  schema: Schema,
): z.infer<Schema> {
  const value = parse(text)
  if (value === undefined) throw unreadableReply(serving, text, response.headers.get('content-type') ?? undefined)
  return checkReply(serving, value, schema)
}

/** @throws like readReply */
export function checkReply<Schema extends z.ZodType>(serving: string, given: unknown, schema: Schema): z.infer<Schema> {
  const value = unwrapped(given)
  assertNoFailure(serving, value)
  if (typeof value === 'string') throw unexpectedReply(serving, `it is a text: ${plainText(value)}`)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue?.path.join('.') || 'the reply'
  throw unexpectedReply(serving, `${place}: ${issue?.message}`, value)
}

/** Some servers report a failure with status 200. @throws the typed error of a failure that a reply reports */
export function assertNoFailure(serving: string, value: unknown): void {
  const failure = failureIn(value)
  if (failure !== undefined) throw servingError(serving, { status: 500, ...failure, body: value })
}

function parse(text: string): unknown {
  try {
    return parseReply(text)
  } catch {
    return undefined
  }
}
