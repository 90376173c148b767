import { MaestroError, maestroError, readRateLimits, servingError } from '@maestro-dataflow/core'

/** Where the errors of providers' clients keep what the server said. */
interface ClientError {
  readonly name?: unknown
  readonly message?: unknown
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly code?: unknown
  readonly type?: unknown
  readonly headers?: unknown
  readonly error?: unknown
  readonly response?: { readonly status?: unknown; readonly headers?: unknown }
  readonly $metadata?: { readonly httpStatusCode?: unknown }
}

/**
 * The typed error of what a LangChain model threw, as far as it says more than its cause: the status, code and headers
 * of the provider's answer. Anything else is handed on as it is, and the serving plane looks into its causes.
 */
export function chatError(serving: string, thrown: unknown): unknown {
  if (MaestroError.is(thrown) || typeof thrown !== 'object' || thrown === null) return thrown
  const error = thrown as ClientError
  const reason = reasonOf(error)
  if (error.name === 'ContextOverflowError')
    return maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, reason }, thrown)
  // A provider's own time-out; that of the plane is a signal and never comes here.
  if (error.name === 'TimeoutError') return servingError(serving, { reason }, thrown)
  // LangChain reads the first of the answers without looking whether there is one.
  if (thrown instanceof TypeError && /reading 'message'/.test(reason))
    return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason: 'there is no answer in it' }, thrown)
  if (thrown instanceof SyntaxError || error.name === 'OutputParserException')
    return maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply: reason }, thrown)
  const status = firstNumber(error.status, error.statusCode, error.response?.status, error.$metadata?.httpStatusCode)
  if (status === undefined || status < 400) return thrown
  const headers = readerOf(error.headers ?? error.response?.headers)
  const inner = error.error as { code?: unknown; type?: unknown } | undefined
  const code = [error.code, inner?.code, error.type, inner?.type].find((value) => typeof value === 'string')
  return servingError(serving, { status, code, reason, rateLimits: headers && readRateLimits(headers) }, thrown)
}

/** Without the address of a help page that LangChain puts behind it. */
function reasonOf({ message }: ClientError): string {
  return String(message).split('\n\nTroubleshooting URL:')[0]?.trim() ?? ''
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.map(Number).find((value) => Number.isInteger(value) && value > 0)
}

/** Headers come as `Headers` or as an object. */
function readerOf(headers: unknown): { get(name: string): string | null | undefined } | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  return new Headers(headers as Record<string, string>)
}
