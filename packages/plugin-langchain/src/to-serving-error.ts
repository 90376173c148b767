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
  /** Of Google's clients. */
  readonly errorDetails?: unknown
  readonly cause?: unknown
  readonly response?: { readonly status?: unknown; readonly headers?: unknown }
  readonly $metadata?: { readonly httpStatusCode?: unknown }
}

const ends: Readonly<Record<string, 'MAESTRO_SERVING_CUT_OFF' | 'MAESTRO_SERVING_FILTERED'>> = {
  LengthFinishReasonError: 'MAESTRO_SERVING_CUT_OFF',
  ContentFilterFinishReasonError: 'MAESTRO_SERVING_FILTERED',
}

/** The typed error of what a class of LangChain threw: by the provider's answer, else by what Node says of the connection. */
export function toServingError(serving: string, thrown: unknown): MaestroError {
  if (MaestroError.is(thrown)) return thrown
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: thrown }) as ClientError
  const reason = reasonOf(error)
  // OpenAI's client throws these instead of an answer to a schema.
  const end = ends[error.constructor.name]
  if (end !== undefined) return maestroError(end, { serving })
  if (error.name === 'ContextOverflowError')
    return maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, reason }, thrown)
  // LangChain reads the first of the answers without looking whether there is one.
  if (thrown instanceof TypeError && /reading 'message'/.test(reason))
    return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason: 'there is no answer in it' }, thrown)
  if (thrown instanceof SyntaxError || error.name === 'OutputParserException')
    return maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply: reason }, thrown)
  const status = firstNumber(error.status, error.statusCode, error.response?.status, error.$metadata?.httpStatusCode)
  if (status !== undefined && status >= 400) return answerError(serving, status, error, reason)
  const broken = connectionFault(error)
  if (broken !== undefined) return servingError(serving, { reason: broken }, thrown)
  return maestroError('MAESTRO_SERVING_FAILED', { serving, reason }, thrown)
}

function answerError(serving: string, status: number, error: ClientError, reason: string): MaestroError {
  const headers = readerOf(error.headers ?? error.response?.headers)
  const inner = error.error as { code?: unknown; type?: unknown } | undefined
  const code = [error.code, inner?.code, error.type, inner?.type].find((value) => typeof value === 'string')
  const rateLimits = headers && readRateLimits(headers)
  return servingError(serving, { status, code, reason, rateLimits, body: error.error ?? error.errorDetails }, error)
}

const connectionCodes =
  /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|UND_ERR_|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HPE_)/

/** What is told of a connection that could not be made, broke, or took longer than the client waits. */
function connectionFault(error: ClientError): string | undefined {
  let last = error
  for (let depth = 0; depth < 5; depth++) {
    const { code, cause } = last
    if (typeof code === 'string' && connectionCodes.test(code)) return `${code}: ${reasonOf(last)}`
    if (typeof cause !== 'object' || cause === null) break
    last = cause
  }
  return error.name === 'TimeoutError' || /^APIConnection/.test(error.constructor.name) ? reasonOf(error) : undefined
}

/** Without the address of a help page that LangChain puts behind it. */
function reasonOf({ message }: ClientError): string {
  return String(message).split('\n\nTroubleshooting URL:')[0]?.trim() ?? ''
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.map(Number).find((value) => Number.isInteger(value) && value > 0)
}

/** Headers come as `Headers` or as an object. */
function readerOf(headers: unknown): Headers | undefined {
  return typeof headers === 'object' && headers !== null ? new Headers(headers as Record<string, string>) : undefined
}
