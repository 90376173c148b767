import type { Usage } from '../contracts/serving.js'
import type { RateLimits } from '../contracts/serving-settings.js'
import { type CoreErrorCode, maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { readTooLarge, readWait } from './read-refusal.js'

/** An answer of a provider that is no result. */
export interface ProviderFailure {
  /** The status of HTTP, where there was an answer at all. */
  readonly status?: number | undefined
  /** The provider's own code or type, such as `context_length_exceeded`. */
  readonly code?: string | undefined
  /** What it said. */
  readonly reason: string
  readonly rateLimits?: RateLimits | undefined
  /** What it took all the same. */
  readonly usage?: Usage | undefined
  /** What it sent, as data: some providers say only there how long to wait. */
  readonly body?: unknown
  /** What to do, of a model or a server that is not there. */
  readonly fix?: string | undefined
}

/** The codes that are made from a provider's answer. */
type FailureCode = Extract<
  CoreErrorCode,
  | 'MAESTRO_SERVING_AUTHENTICATION'
  | 'MAESTRO_SERVING_PERMISSION'
  | 'MAESTRO_SERVING_NOT_FOUND'
  | 'MAESTRO_SERVING_BAD_REQUEST'
  | 'MAESTRO_SERVING_CONTEXT_TOO_LONG'
  | 'MAESTRO_SERVING_FILTERED'
  | 'MAESTRO_SERVING_SCHEMA_REFUSED'
  | 'MAESTRO_SERVING_QUOTA'
  | 'MAESTRO_SERVING_REQUEST_TOO_LARGE'
  | 'MAESTRO_SERVING_RATE_LIMITED'
  | 'MAESTRO_SERVING_OVERLOADED'
  | 'MAESTRO_SERVING_SERVER'
  | 'MAESTRO_SERVING_CONNECTION'
>

const feature = '(?:response_format|structured outputs?|guided decoding|grammar)'
const refusal = '(?:invalid|not support|unsupported|unavailable|not available|fail|error|must be|only)'

/** How servers say that they cannot hold an answer to a schema. */
const schemaRefusal = new RegExp(
  [
    '(?:json|invalid|unsupported|response|output|format).{0,20}schema',
    'schema.{0,40}(?:invalid|not supported|unsupported)',
    `${feature}.{0,60}${refusal}`,
    `(?:${refusal}|pars|compil).{0,40}${feature}`,
  ].join('|'),
  'i',
)

/**
 * The table from what providers answer to typed codes: the first line that fits decides. A provider's own code says
 * more than the status, and the words of a message less; words are looked at where providers give no code. Who says
 * how long to wait has not run out of credit, whatever the message says of billing.
 */
const table: readonly {
  readonly status?: readonly number[]
  readonly code?: RegExp
  readonly words?: RegExp
  /** Whether it says how long to wait. */
  readonly waits?: boolean
  readonly error: FailureCode
}[] = [
  {
    status: [413, 429],
    words: /request (is )?too large|tokens must be reduced|reduce your (message|prompt)/i,
    error: 'MAESTRO_SERVING_REQUEST_TOO_LARGE',
  },
  { code: /insufficient_quota|billing|credit/i, waits: false, error: 'MAESTRO_SERVING_QUOTA' },
  { status: [402], error: 'MAESTRO_SERVING_QUOTA' },
  { code: /rate_limit|throttl|too_many_requests/i, error: 'MAESTRO_SERVING_RATE_LIMITED' },
  {
    status: [400, 403, 429],
    words: /insufficient (quota|balance|credit)|exceeded your current quota|credit balance is too low|out of credit/i,
    waits: false,
    error: 'MAESTRO_SERVING_QUOTA',
  },
  { status: [403, 429], words: /billing|arrear/i, waits: false, error: 'MAESTRO_SERVING_QUOTA' },
  { code: /context_length|context_window|string_above_max_length/i, error: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' },
  {
    status: [400, 413, 422, 500],
    words:
      /context (length|window|size)|maximum context|exceeds? the (available )?context|prompt is too long|too many (input )?tokens|input is too long|input length .*exceeds/i,
    error: 'MAESTRO_SERVING_CONTEXT_TOO_LONG',
  },
  {
    status: [400, 422, 500, 501],
    words: schemaRefusal,
    error: 'MAESTRO_SERVING_SCHEMA_REFUSED',
  },
  { code: /content_filter|content_policy|data_inspection|safety/i, error: 'MAESTRO_SERVING_FILTERED' },
  {
    status: [400, 403],
    words: /content (filter|management|policy)|inappropriate content|safety system|flagged/i,
    error: 'MAESTRO_SERVING_FILTERED',
  },
  { code: /model_not_found/i, error: 'MAESTRO_SERVING_NOT_FOUND' },
  { status: [401], error: 'MAESTRO_SERVING_AUTHENTICATION' },
  { code: /invalid_api_key/i, error: 'MAESTRO_SERVING_AUTHENTICATION' },
  { status: [403], error: 'MAESTRO_SERVING_PERMISSION' },
  { status: [404, 410], error: 'MAESTRO_SERVING_NOT_FOUND' },
  { status: [429], error: 'MAESTRO_SERVING_RATE_LIMITED' },
  { status: [503, 529], error: 'MAESTRO_SERVING_OVERLOADED' },
  { code: /overloaded/i, error: 'MAESTRO_SERVING_OVERLOADED' },
]

/**
 * The typed error of a provider's answer.
 *
 * @example
 * throw servingError('openai gpt-5-mini', { status: 429, reason: 'Too many requests', rateLimits: readRateLimits(headers) })
 */
export function servingError(serving: string, failure: ProviderFailure, cause?: unknown): MaestroError {
  const { status, code, reason, usage, fix } = failure
  const rateLimits = withWait(failure)
  const waits = rateLimits?.retryAfterMs !== undefined
  const tooLarge = status === 413 || status === 429 ? readTooLarge(reason) : undefined
  const known = table.find(
    (line) =>
      (line.status === undefined || (status !== undefined && line.status.includes(status))) &&
      (line.code === undefined || (code !== undefined && line.code.test(code))) &&
      (line.words === undefined || line.words.test(reason)) &&
      (line.waits === undefined || line.waits === waits),
  )
  const details = {
    serving,
    reason,
    ...(status === undefined ? {} : { status }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
    ...(usage === undefined ? {} : { usage }),
    ...(fix === undefined ? {} : { fix }),
    ...tooLarge,
  }
  if (tooLarge !== undefined) return maestroError('MAESTRO_SERVING_REQUEST_TOO_LARGE', details, cause)
  return maestroError(known?.error ?? byStatus(status), details, cause)
}

/** Headers say best how long to wait. */
function withWait({ status, reason, rateLimits, body }: ProviderFailure): RateLimits | undefined {
  if (status === undefined || status < 400 || rateLimits?.retryAfterMs !== undefined) return rateLimits
  const retryAfterMs = readWait(reason, body)
  return retryAfterMs === undefined ? rateLimits : { ...rateLimits, retryAfterMs }
}

function byStatus(status: number | undefined): FailureCode {
  if (status === undefined) return 'MAESTRO_SERVING_CONNECTION'
  // 408, 409 and 425 say that the same request may succeed later.
  if (status >= 500 || [408, 409, 425].includes(status)) return 'MAESTRO_SERVING_SERVER'
  return 'MAESTRO_SERVING_BAD_REQUEST'
}
