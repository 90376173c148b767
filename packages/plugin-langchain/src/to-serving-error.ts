import { classifyError, MaestroError, maestroError, readRateLimits, servingError } from '@maestro-dataflow/core'
import type { ToldByReplies } from './noted-replies.js'

/** Where the errors of providers' clients store the server's message. */
interface ClientError {
  readonly name?: unknown
  readonly message?: unknown
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly code?: unknown
  readonly type?: unknown
  readonly headers?: unknown
  readonly error?: unknown
  /** The form of Google's clients. */
  readonly errorDetails?: unknown
  readonly cause?: unknown
  readonly response?: { readonly status?: unknown; readonly headers?: unknown }
  readonly $metadata?: { readonly httpStatusCode?: unknown }
}

const ends: Readonly<Record<string, 'MAESTRO_SERVING_CUT_OFF' | 'MAESTRO_SERVING_FILTERED'>> = {
  LengthFinishReasonError: 'MAESTRO_SERVING_CUT_OFF',
  ContentFilterFinishReasonError: 'MAESTRO_SERVING_FILTERED',
}

/** How JavaScript fails when a part of a reply is missing or of another type. */
const readingFault = /Cannot read properties of (undefined|null)|Cannot use 'in' operator|is not iterable/

/**
 * Converts what a LangChain class threw to a typed error: by the provider's answer, or else by Node's code for the
 * connection.
 *
 * @param told What the replies to the call say.
 */
export function toServingError(
  serving: string,
  thrown: unknown,
  { usage, isBroken = false }: ToldByReplies = {},
): MaestroError {
  if (MaestroError.is(thrown)) return thrown
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: thrown }) as ClientError
  const reason = reasonOf(error)
  // OpenAI's client throws these instead of an answer to a schema.
  const end = ends[error.constructor.name]
  if (end !== undefined) return maestroError(end, { serving, usage })
  if (error.name === 'ContextOverflowError')
    return maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, reason }, thrown)
  // LangChain reads the parts of a reply without checking whether they are there.
  if (thrown instanceof TypeError && readingFault.test(reason))
    return maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving, reason: 'it contains no answer', usage }, thrown)
  if (isBroken && thrown instanceof SyntaxError)
    return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, thrown)
  if (thrown instanceof SyntaxError || error.name === 'OutputParserException')
    return maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply: reason, usage }, thrown)
  const status = firstNumber(error.status, error.statusCode, error.response?.status, error.$metadata?.httpStatusCode)
  if (status !== undefined && status >= 400) return answerError(serving, status, error, reason)
  const classified = classifyError(serving, thrown)
  if (!MaestroError.is(classified, 'MAESTRO_SERVING_FAILED')) return classified
  if (isConnectionFault(error)) return servingError(serving, { reason }, thrown)
  return maestroError('MAESTRO_SERVING_FAILED', { serving, reason }, thrown)
}

function answerError(serving: string, status: number, error: ClientError, reason: string): MaestroError {
  const headers = readerOf(error.headers ?? error.response?.headers)
  const inner = error.error as { code?: unknown; type?: unknown } | undefined
  const code = [error.code, inner?.code, error.type, inner?.type].find((value) => typeof value === 'string')
  const rateLimits = headers && readRateLimits(headers)
  return servingError(serving, { status, code, reason, rateLimits, body: error.error ?? error.errorDetails }, error)
}

/** Whether the client of a provider gave up, or reports without a code that it had no connection. */
function isConnectionFault(error: ClientError): boolean {
  return error.name === 'TimeoutError' || /^APIConnection/.test(error.constructor.name)
}

/** Without the address of a help page that LangChain appends. */
function reasonOf({ message }: ClientError): string {
  return String(message).split('\n\nTroubleshooting URL:')[0]?.trim() ?? ''
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.map(Number).find((value) => Number.isInteger(value) && value > 0)
}

/** Headers are a `Headers` instance or a plain object. */
function readerOf(headers: unknown): Headers | undefined {
  return typeof headers === 'object' && headers !== null ? new Headers(headers as Record<string, string>) : undefined
}
