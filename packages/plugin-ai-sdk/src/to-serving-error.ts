import type { APICallError } from '@ai-sdk/provider'
import {
  classifyError,
  failureIn,
  MaestroError,
  maestroError,
  plainText,
  readRateLimits,
  servingError,
} from '@maestro-dataflow/core'
import { aiSdkError } from './errors.js'

/**
 * Converts what a provider package threw to a typed error. The AI SDK marks its errors by name, so errors of every copy
 * and version are recognised.
 */
export function toServingError(serving: string, thrown: unknown): MaestroError {
  if (MaestroError.is(thrown)) return thrown
  const { name, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<Error>
  const reason = plainText(message ?? String(thrown))
  switch (name) {
    case 'AI_APICallError':
      return fromCall(serving, thrown as APICallError, reason)
    case 'AI_LoadAPIKeyError':
    case 'AI_LoadSettingError':
      return aiSdkError('MAESTRO_AI_SDK_KEY_MISSING', { serving, reason }, thrown)
    case 'AI_UnsupportedFunctionalityError':
    case 'AI_InvalidPromptError':
    case 'AI_InvalidArgumentError':
    case 'AI_TooManyEmbeddingValuesForCallError':
      return aiSdkError('MAESTRO_AI_SDK_UNSUPPORTED', { serving, reason }, thrown)
    case 'AI_NoSuchModelError':
      return servingError(serving, { status: 404, reason }, thrown)
    case 'AI_JSONParseError':
    case 'AI_TypeValidationError':
    case 'AI_InvalidResponseDataError':
    case 'AI_EmptyResponseBodyError':
    case 'AI_NoContentGeneratedError':
      return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, thrown)
    default:
      return classifyError(serving, thrown)
  }
}

/** The reply of a provider that is not a result. */
function fromCall(serving: string, error: APICallError, message: string): MaestroError {
  const { statusCode: status, responseHeaders, responseBody, cause } = error
  const body = parsed(responseBody)
  const failure = failureIn(body)
  const rateLimits = responseHeaders === undefined ? undefined : readRateLimits(new Headers(responseHeaders))
  if (status !== undefined && status >= 400)
    return servingError(
      serving,
      { ...failure, status, reason: failure === undefined ? message : plainText(failure.reason), rateLimits, body },
      error,
    )
  // A failure under a good status, in the server's own words.
  if (status !== undefined && failure !== undefined)
    return servingError(serving, { status: 500, ...failure, rateLimits, body }, error)
  if (status !== undefined) return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason: message }, error)
  const classified = classifyError(serving, cause ?? error)
  return MaestroError.is(classified, 'MAESTRO_SERVING_FAILED')
    ? servingError(serving, { reason: message }, error)
    : classified
}

function parsed(body: string | undefined): unknown {
  if (body === undefined || body.trim() === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
