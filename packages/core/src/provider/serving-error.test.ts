import { describe, expect, test } from 'vitest'
import { servingError } from './serving-error.js'

const rows: readonly [string, number | undefined, string | undefined, string, boolean][] = [
  ['AUTHENTICATION', 401, undefined, 'Incorrect API key provided', false],
  ['AUTHENTICATION', 400, 'invalid_api_key', 'no', false],
  ['PERMISSION', 403, undefined, 'You may not use this model', false],
  ['NOT_FOUND', 404, undefined, 'no such page', false],
  ['NOT_FOUND', 410, undefined, 'gone', false],
  ['NOT_FOUND', 405, undefined, 'Method Not Allowed', false],
  ['AUTHENTICATION', 407, undefined, 'Proxy Authentication Required', false],
  ['PERMISSION', 511, undefined, 'Network Authentication Required', false],
  ['PERMISSION', 451, undefined, 'Unavailable For Legal Reasons', false],
  ['BAD_REQUEST', 501, undefined, 'Not Implemented', false],
  ['BAD_REQUEST', 505, undefined, 'HTTP Version Not Supported', false],
  ['BAD_REQUEST', 508, undefined, 'Loop Detected', false],
  ['SERVER', 507, undefined, 'Insufficient Storage', true],
  ['NOT_FOUND', 400, 'model_not_found', 'no', false],
  ['BAD_REQUEST', 400, undefined, 'temperature must be below 2', false],
  ['BAD_REQUEST', 422, undefined, 'no', false],
  ['CONTEXT_TOO_LONG', 400, 'context_length_exceeded', 'no', false],
  ['CONTEXT_TOO_LONG', 400, undefined, "This model's maximum context length is 4096 tokens", false],
  ['CONTEXT_TOO_LONG', 500, undefined, 'the request exceeds the available context size', false],
  ['CONTEXT_TOO_LONG', 413, undefined, 'prompt is too long: 210000 tokens', false],
  ['SCHEMA_REFUSED', 500, undefined, 'invalid JSON schema in format', false],
  ['SCHEMA_REFUSED', 400, undefined, "Invalid schema for response_format 'answer': 'pattern' is not permitted", false],
  ['SCHEMA_REFUSED', 400, undefined, "'response_format.type' must be 'json_schema' or 'text'", false],
  ['SCHEMA_REFUSED', 400, undefined, 'This model does not support structured outputs.', false],
  ['SCHEMA_REFUSED', 500, undefined, 'Failed to parse grammar', false],
  ['SCHEMA_REFUSED', 500, undefined, 'Failed to create new sequence: unable to create sampling context', false],
  ['SCHEMA_REFUSED', 500, undefined, 'grammar error: unexpected end of rule', false],
  ['BAD_REQUEST', 400, undefined, 'messages.0.content: "Correct my grammar" is longer than allowed', false],
  ['SERVER', 500, undefined, 'worker 3 of the grammar checking tenant went away', true],
  ['FILTERED', 400, 'content_filter', 'no', false],
  ['FILTERED', 400, undefined, "triggered Azure OpenAI's content management policy", false],
  ['QUOTA', 429, 'insufficient_quota', 'no', false],
  ['QUOTA', 429, undefined, 'You exceeded your current quota', false],
  ['QUOTA', 402, undefined, 'Insufficient Balance', false],
  ['QUOTA', 403, undefined, 'the account is in arrears', false],
  ['QUOTA', 403, 'AccountOverdueError', 'the account has an overdue balance', false],
  ['QUOTA', 412, undefined, 'Account suspended due to reaching the monthly spending limit.', false],
  ['QUOTA', 429, '1113', '余额不足或无可用资源包,请充值。', false],
  ['PERMISSION', 400, 'organization_restricted', 'Organization has been restricted.', false],
  ['RATE_LIMITED', 429, undefined, 'Too many requests', true],
  ['RATE_LIMITED', 400, 'ThrottlingException', 'Too many tokens, please wait before trying again.', true],
  ['RATE_LIMITED', 429, undefined, 'You are using a Trial key, which is limited to 20 API calls / minute', true],
  ['QUOTA', 429, undefined, 'You are using a Trial key, which is limited to 1000 API calls / month', false],
  ['NOT_FOUND', 400, 'invalid_model', 'Invalid model: x', false],
  ['NOT_FOUND', 400, undefined, 'The model x has been decommissioned', false],
  ['NOT_FOUND', 307, undefined, 'it redirects elsewhere', false],
  ['BAD_REQUEST', 400, undefined, 'A prompt of this model must be no longer than 100 lines', false],
  ['CONTEXT_TOO_LONG', 403, undefined, 'input tokens plus max_tokens must be less than the context length', false],
  ['PERMISSION', 400, undefined, 'User location is not supported for the API use.', false],
  ['RATE_LIMITED', 400, 'rate_limit_exceeded', 'no', true],
  [
    'RATE_LIMITED',
    429,
    'rate_limit_exceeded tokens',
    'Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5903, Requested 1204. Please try again in 11.07s. Need more tokens? Visit https://console.example.com/settings/billing',
    true,
  ],
  ['RATE_LIMITED', 429, undefined, 'Add a payment method on the billing page. Try again in 20s.', true],
  ['QUOTA', 429, 'billing_hard_limit_reached', 'no', false],
  ['QUOTA', 400, 'invalid_request_error', 'Your credit balance is too low to access the API.', false],
  ['RATE_LIMITED', 429, 'Throttling.RateQuota', 'Requests rate limit exceeded', true],
  [
    'REQUEST_TOO_LARGE',
    429,
    'tokens',
    'Request too large on tokens per min (TPM): Limit 10000, Requested 13000.',
    false,
  ],
  ['REQUEST_TOO_LARGE', 413, 'rate_limit_exceeded', 'on tokens per minute: Limit 6,000, Requested 9,032', false],
  ['REQUEST_TOO_LARGE', 429, undefined, 'Request too large. The input or output tokens must be reduced.', false],
  ['OVERLOADED', 503, undefined, 'busy', true],
  ['OVERLOADED', 529, undefined, 'no', true],
  ['OVERLOADED', 500, 'overloaded_error', 'no', true],
  ['SERVER', 500, undefined, 'a fault', true],
  ['SERVER', 502, undefined, '<html>Bad gateway</html>', true],
  ['SERVER', 408, undefined, 'took too long', true],
  ['SERVER', 409, undefined, 'conflict', true],
  ['CONNECTION', undefined, undefined, 'socket hang up', true],
]

describe('servingError', () => {
  test.each(rows)('%s: status %s, code %s, "%s"', (code, status, own, reason, retryable) => {
    const error = servingError('a model', { status, code: own, reason })
    expect(error).toMatchObject({ code: `MAESTRO_SERVING_${code}`, retryable, details: { serving: 'a model' } })
    expect(error.hint).not.toBe('')
  })

  test('the error contains the message of the provider and a hint', () => {
    const cause = new TypeError('why')
    const failure = {
      status: 404,
      reason: 'no such model',
      fix: 'Run `ollama pull x`.',
      rateLimits: { retryAfterMs: 5 },
    }
    const error = servingError('a model', failure, cause)
    expect(error.cause).toBe(cause)
    expect(error.hint).toBe('Run `ollama pull x`.')
    expect(error.details).toEqual({ serving: 'a model', ...failure })
  })

  const quotaOf = (details: readonly object[]) => ({
    status: 429,
    reason: 'You exceeded your current quota, please check your plan and billing details.',
    body: [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details } }],
  })

  test("Google's message about a quota is a limit for now when RetryInfo says how long to wait", () => {
    const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '31.5s' }
    expect(servingError('m', quotaOf([{ violations: [] }, retryInfo]))).toMatchObject({
      code: 'MAESTRO_SERVING_RATE_LIMITED',
      details: { rateLimits: { retryAfterMs: 31_500 } },
    })
    expect(servingError('m', quotaOf([])).code).toBe('MAESTRO_SERVING_QUOTA')
  })

  test('headers say best how long to wait', () => {
    const failure = { status: 429, reason: 'Try again in 7s', rateLimits: { retryAfterMs: 5000 } }
    expect(servingError('m', failure).details.rateLimits).toEqual({ retryAfterMs: 5000 })
  })

  test('a request that is too large says by how much', () => {
    const reason = 'Limit 10000, Requested 13000.'
    expect(servingError('m', { status: 429, reason }).details).toMatchObject({ tokens: 13_000, limit: 10_000 })
  })
})
