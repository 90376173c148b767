import type { APICallError } from '@ai-sdk/provider'
import {
  addressFault,
  classifyError,
  failureIn,
  MaestroError,
  maestroError,
  plainText,
  readRateLimits,
  servingError,
  unexpectedReply,
  unreadableReply,
} from '@maestro-dataflow/core'
import { aiSdkError } from './errors.js'

/**
 * Converts what a provider package threw to a typed error. The AI SDK marks its errors by name, so errors of every copy
 * and version are recognized.
 */
export function toServingError(serving: string, thrown: unknown): MaestroError {
  if (MaestroError.is(thrown)) return thrown
  const { name, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<Error>
  const reason = plainText(message ?? String(thrown))
  switch (name) {
    case 'AI_APICallError':
      return fromCall(serving, thrown as APICallError, reason)
    case 'AI_LoadAPIKeyError':
      return aiSdkError('MAESTRO_AI_SDK_KEY_MISSING', { serving, reason }, thrown)
    case 'AI_LoadSettingError':
      return aiSdkError('MAESTRO_AI_SDK_SETTING_MISSING', { serving, reason }, thrown)
    case 'AI_UnsupportedFunctionalityError':
    case 'AI_InvalidPromptError':
    case 'AI_InvalidArgumentError':
    case 'AI_TooManyEmbeddingValuesForCallError':
      return aiSdkError('MAESTRO_AI_SDK_UNSUPPORTED', { serving, reason }, thrown)
    case 'AI_NoSuchModelError':
      return servingError(serving, { status: 404, reason }, thrown)
    case 'AI_JSONParseError':
    case 'AI_EmptyResponseBodyError':
      return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, thrown)
    case 'AI_TypeValidationError':
    case 'AI_InvalidResponseDataError':
    case 'AI_NoContentGeneratedError':
      return unexpectedReply(serving, reason, undefined, thrown)
    default:
      return classifyError(serving, thrown)
  }
}

/** The reply of a provider that is not a result. */
function fromCall(serving: string, error: APICallError, message: string): MaestroError {
  const { url, statusCode: status, responseHeaders, responseBody, cause } = error
  const body = parsed(responseBody)
  const failure = failureIn(body)
  const code = [failure?.code, responseHeaders?.['x-amzn-errortype']].filter(Boolean).join(' ') || undefined
  const rateLimits = responseHeaders === undefined ? undefined : readRateLimits(new Headers(responseHeaders))
  // The package of OpenAI invents a status for a reply without an answer.
  if (failure === undefined && typeof responseBody === 'object') return unexpectedReply(serving, message, body, error)
  if (status !== undefined && status >= 400) {
    const reason = failure === undefined ? message : plainText(failure.reason)
    const fix = status === 404 || status === 405 ? fixFor(url) : undefined
    return servingError(serving, { ...failure, status, code, reason, rateLimits, body, fix }, error)
  }
  if (status !== undefined && status >= 300) {
    const reason = `it redirects to ${responseHeaders?.location ?? 'another place'}, and redirects are not followed`
    const fix = 'If that address is right, set it as `baseURL` in the `options` of the serving.'
    return servingError(serving, { status, reason, fix }, error)
  }
  // A failure under a good status, in the server's own words.
  if (status !== undefined && failure !== undefined)
    return servingError(serving, { status: 500, ...failure, rateLimits, body }, error)
  if (status !== undefined && body !== undefined) return unexpectedReply(serving, misfitOf(error), body, error)
  if (status !== undefined)
    return unreadableReply(serving, responseBody ?? '', responseHeaders?.['content-type'], error)
  const classified = classifyError(serving, cause ?? error)
  return MaestroError.is(classified, 'MAESTRO_SERVING_FAILED')
    ? servingError(serving, { reason: message }, error)
    : classified
}

/** The addresses of Bedrock have no version. */
const fixFor = (url: string): string | undefined =>
  /\/model\/[^/]+\/\w+$/.test(url) ? undefined : addressFault(url, 'options.baseURL')

/** The fault that the schema of a package found in a reply. */
function misfitOf({ message, cause }: APICallError): string {
  const issues: unknown = (cause as { cause?: { issues?: unknown } } | undefined)?.cause?.issues
  const [issue] = (Array.isArray(issues) ? issues : []) as readonly { path?: readonly unknown[]; message?: string }[]
  return issue?.message === undefined ? plainText(message) : `${issue.path?.join('.') || 'the reply'}: ${issue.message}`
}

/** A failure that is sent as an event, although no events were asked for. */
const event = /^data:\s*(\{.*\})\s*$/m

/** The package of OpenAI passes on some replies as data, whatever its types say. */
function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body
  if (body.trim() === '') return undefined
  try {
    return JSON.parse(event.exec(body)?.[1] ?? body)
  } catch {
    return undefined
  }
}
