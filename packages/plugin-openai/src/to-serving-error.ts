import {
  addressFault,
  classifyError,
  failureIn,
  type MaestroError,
  maestroError,
  plainText,
  readRateLimits,
  servingError,
} from '@maestro-dataflow/core'
import type { Connection } from './connection.js'

/** The typed error of a reply that is a failure. It never contains the key. */
export async function refusalOf(serving: string, connection: Connection, response: Response): Promise<MaestroError> {
  const { status, statusText, headers } = response
  if (status < 400) {
    const reason = `it redirects to ${headers.get('location') ?? 'another place'}, and redirects are not followed`
    return servingError(serving, { status, reason, fix: 'If that address is right, set it as `baseUrl`.' })
  }
  const text = withoutKey(await response.text(), connection.apiKey)
  const body = parsed(text)
  const failure = failureIn(body)
  return servingError(serving, {
    ...failure,
    status,
    reason: plainText(failure?.reason ?? text) || statusText || `status ${status}`,
    rateLimits: readRateLimits(headers),
    body,
    fix: status === 404 || status === 405 ? fixFor(connection) : undefined,
  })
}

/** Converts what was thrown during a call to a typed error. */
export function toServingError(serving: string, error: unknown): MaestroError {
  // A piece of a stream.
  if (error instanceof SyntaxError) return brokenReply(serving, error.message, error)
  const { code, name, message } = rootOf(error)
  // The parser of Node, and that of undici.
  if (String(code).startsWith('HPE_') || name === 'HTTPParserError') return brokenReply(serving, message ?? '', error)
  return classifyError(serving, error)
}

interface Thrown {
  readonly code?: unknown
  readonly name?: string
  readonly message?: string
  readonly cause?: unknown
}

/** The last of a chain of causes. */
function rootOf(error: unknown): Thrown {
  let last = typeof error === 'object' && error !== null ? (error as Thrown) : {}
  for (let depth = 0; depth < 5 && typeof last.cause === 'object' && last.cause !== null; depth++) last = last.cause
  return last
}

/** A reply that cannot be read. */
export const brokenReply = (serving: string, reason: string, cause?: unknown): MaestroError =>
  maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, cause)

function withoutKey(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replaceAll(key, '[redacted]')
}

/** Undefined for a text that is not JSON, or that is nested too deep. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fixFor({ baseUrl, isOpenAI, model }: Connection): string | undefined {
  const fault = isOpenAI ? undefined : addressFault(baseUrl, 'baseUrl')
  return fault === undefined ? undefined : `Check that the server has the model ${model}. ${fault}`
}
