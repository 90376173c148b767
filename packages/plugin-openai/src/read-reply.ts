import { servingError } from '@maestro-dataflow/core'
import type { z } from 'zod'
import { errorBody } from './chat-api.js'
import { brokenReply } from './to-serving-error.js'

/**
 * The JSON of an answer, of the form that is expected of it.
 *
 * @throws MAESTRO_SERVING_BROKEN_REPLY for pages, halves, nothing and other forms; the typed error that stands in it
 */
export async function readReply<Schema extends z.ZodType>(
  serving: string,
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await response.text()
  const value = parse(text)
  if (value === undefined) throw brokenReply(serving, describe(text, response))
  return checkReply(serving, value, schema)
}

/** @throws as readReply */
export function checkReply<Schema extends z.ZodType>(serving: string, value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const failure = errorBody.safeParse(value)
  if (failure.success) {
    const { message, code, type } = failure.data.error
    throw servingError(serving, {
      status: typeof code === 'number' ? code : 500,
      code: [code, type].filter((part) => typeof part === 'string').join(' '),
      reason: message ?? 'it does not say why',
      body: value,
    })
  }
  const [issue] = result.error.issues
  throw brokenReply(serving, `${issue?.path.join('.')}: ${issue?.message}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describe(text: string, { headers }: Response): string {
  if (text.trim() === '') return 'it is empty'
  const type = headers.get('content-type') ?? 'no content type'
  const start = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120)
  return `no JSON (${type}): ${start}`
}
