import { MaestroError, maestroError, plainText, readRateLimits, servingError } from '@maestro-dataflow/core'
import type { Connection } from './connection.js'

/** What the client throws. */
interface ClientError {
  readonly name?: string
  readonly message?: string
  /** The status and headers of the answer, if there was one. */
  readonly status?: number | undefined
  /** The server's message, as data. */
  readonly error?: unknown
  readonly code?: unknown
  readonly type?: unknown
  readonly headers?: Headers | undefined
  readonly cause?: unknown
}

/** Converts what the client threw to a typed error that never contains the key. */
export function toServingError(serving: string, connection: Connection, error: unknown): MaestroError {
  if (MaestroError.is(error)) return error
  const { status, code, type, headers, message = '' } = error as ClientError
  const reason = withoutKey(plainText(message), connection.apiKey)
  // The cause may be shown too.
  const cause = connection.apiKey !== undefined && message.includes(connection.apiKey) ? undefined : error
  // A piece of a stream.
  if (error instanceof SyntaxError) return brokenReply(serving, reason, cause)
  if (status === undefined && (error as ClientError).error === undefined)
    return toConnectionError(serving, error, cause)
  const location = headers?.get('location')
  if (status !== undefined && status >= 300 && status < 400)
    return maestroError(
      'MAESTRO_SERVING_NOT_FOUND',
      {
        serving,
        status,
        reason: `it redirects to ${location ?? 'another place'}, and redirects are not followed`,
        fix: 'If that address is right, set it as `baseUrl`.',
      },
      cause,
    )
  const failure = {
    status: status ?? 500,
    code: [code, type].filter((part) => typeof part === 'string').join(' '),
    reason,
    rateLimits: headers === undefined ? undefined : readRateLimits(headers),
    body: (error as ClientError).error,
    fix: status === 404 ? fixFor(connection) : undefined,
  }
  return servingError(serving, failure, cause)
}

/** By the chain of causes down to the codes of Node or undici for the connection. */
function toConnectionError(serving: string, error: unknown, cause: unknown): MaestroError {
  let last = error as ClientError
  for (let depth = 0; depth < 5; depth++) {
    // The parser of Node, and that of undici.
    if (String(last.code).startsWith('HPE_') || last.name === 'HTTPParserError')
      return brokenReply(serving, last.message ?? '', cause)
    if (typeof last.cause !== 'object' || last.cause === null) break
    last = last.cause
  }
  const { code, message = '' } = last
  if (typeof code === 'string') return servingError(serving, { reason: `${code}: ${message}` }, cause)
  if (/^APIConnection/.test((error as object).constructor.name))
    return servingError(serving, { reason: message }, cause)
  return maestroError('MAESTRO_SERVING_FAILED', { serving, reason: message }, cause)
}

/** A reply that cannot be read. */
export const brokenReply = (serving: string, reason: string, cause?: unknown): MaestroError =>
  maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, cause)

function withoutKey(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replaceAll(key, '[redacted]')
}

function fixFor({ baseUrl, isOpenAI, model }: Connection): string | undefined {
  if (isOpenAI || /\/v\d+[a-z]*\b|\/deployments\//.test(new URL(baseUrl).pathname)) return undefined
  return `Check that the server has the model ${model}, and check the \`baseUrl\`: most servers need /v1 at its end.`
}
