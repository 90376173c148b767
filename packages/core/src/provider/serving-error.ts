import type { Usage } from '../contracts/serving.js'
import type { RateLimits } from '../contracts/serving-settings.js'
import { type CoreErrorCode, maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { readTooLarge, readWait } from './read-refusal.js'
import { usageIn } from './read-usage.js'

/** A provider's answer that is not a result. */
export interface ProviderFailure {
  /** The HTTP status, if there was an answer at all. */
  readonly status?: number | undefined
  /** The provider's own code or type, such as `context_length_exceeded`. */
  readonly code?: string | undefined
  /** The provider's message. */
  readonly reason: string
  readonly rateLimits?: RateLimits | undefined
  /** The usage, which is charged in spite of the failure. @default what the reply states */
  readonly usage?: Usage | undefined
  /** The provider's reply, as data. Some providers state only there how long to wait, or what they charge. */
  readonly body?: unknown
  /** What to do about a missing model or server. */
  readonly fix?: string | undefined
}

/** The codes that a provider's answer can map to. */
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
  | 'MAESTRO_SERVING_UNEXPECTED_REPLY'
>

const feature = '(?:response_format|structured outputs?|guided decoding|grammar)'
const refusal = '(?:invalid|not support|unsupported|unavailable|not available|fail|error|must be|only)'

/** The messages of servers that do not support a schema. */
const schemaRefusal = new RegExp(
  [
    '(?:json|invalid|unsupported|response|output|format).{0,20}schema',
    'schema.{0,40}(?:invalid|not supported|unsupported)',
    `${feature}.{0,60}${refusal}`,
    `(?:${refusal}|pars|compil).{0,40}${feature}`,
    // Ollama's words for a grammar that it cannot make of a schema.
    'unable to create sampling context',
  ].join('|'),
  'i',
)

/**
 * Maps the answers of providers to typed codes; the first matching line decides. A provider's own code says more than
 * the status, and the text of a message says less, so texts are checked only for providers that give no code. A
 * provider that says how long to wait has not run out of credit, whatever its message says about billing.
 */
const table: readonly {
  readonly status?: readonly number[]
  readonly code?: RegExp
  readonly words?: RegExp
  /** Whether the answer says how long to wait. */
  readonly waits?: boolean
  readonly error: FailureCode
}[] = [
  // The code with which `tolerantFetch` marks them.
  { code: /^unexpected_reply$/, error: 'MAESTRO_SERVING_UNEXPECTED_REPLY' },
  {
    status: [413, 429],
    words: /request (is )?too large|tokens must be reduced|reduce your (message|prompt)/i,
    error: 'MAESTRO_SERVING_REQUEST_TOO_LARGE',
  },
  {
    code: /insufficient_quota|billing|credit|arrear|overdue|ServiceQuotaExceeded/i,
    waits: false,
    error: 'MAESTRO_SERVING_QUOTA',
  },
  { status: [402], error: 'MAESTRO_SERVING_QUOTA' },
  { code: /budget_exceeded/i, error: 'MAESTRO_SERVING_QUOTA' },
  { status: [400, 429], words: /budget has been exceeded/i, error: 'MAESTRO_SERVING_QUOTA' },
  { code: /rate_limit|throttl|too_many_requests/i, error: 'MAESTRO_SERVING_RATE_LIMITED' },
  // A free limit per minute or hour is whole again soon, and one per month is not.
  {
    status: [429],
    words: /(limited|calls?).{0,40}\/ ?(second|minute|hour)|hourly/i,
    error: 'MAESTRO_SERVING_RATE_LIMITED',
  },
  { status: [429], words: /limited.{0,40}\/ ?month/i, waits: false, error: 'MAESTRO_SERVING_QUOTA' },
  {
    status: [400, 403, 412, 429],
    words:
      /余额不足|欠费|overdue balance|insufficient (quota|balance|credit)|balance is (insufficient|too low)|exceeded your current quota|out of credit|(no|have any) credits|(usage|spending|spend) limits?\b.{0,40}(reached|exceeded)|(reach(ed|ing)|exceed(ed|ing)).{0,40}(usage|spending|spend) limits?\b|key limit exceeded/i,
    waits: false,
    error: 'MAESTRO_SERVING_QUOTA',
  },
  // Such a message may advise to pay for a higher limit.
  {
    status: [403, 429],
    words: /rate limit|too many requests|(requests|tokens) per (second|minute|hour|day)/i,
    error: 'MAESTRO_SERVING_RATE_LIMITED',
  },
  { status: [403, 429], words: /billing|arrear/i, waits: false, error: 'MAESTRO_SERVING_QUOTA' },
  {
    status: [400, 401, 403, 404, 429],
    words:
      /\b(organization|account|project|workspace|subscription|key)\b.{0,20}\b(has been|is|was) (disabled|suspended|deactivated|restricted|blocked|banned|inactive|not active)/i,
    error: 'MAESTRO_SERVING_PERMISSION',
  },
  { code: /context_length|context_window|string_above_max_length/i, error: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' },
  {
    status: [400, 403, 413, 422, 500],
    words:
      /context (length|window|size|limit)|maximum context|exceeds? the (available )?context|prompt is too long|maximum (prompt|input|model) length|too many (input )?tokens|input is too long|input length .*exceeds|token count .{0,30}exceeds|tokens?`? (\+ `?max_new_tokens`? )?must be <=/i,
    error: 'MAESTRO_SERVING_CONTEXT_TOO_LONG',
  },
  { status: [413], error: 'MAESTRO_SERVING_REQUEST_TOO_LARGE' },
  {
    status: [400, 422, 500, 501],
    words: schemaRefusal,
    error: 'MAESTRO_SERVING_SCHEMA_REFUSED',
  },
  // The words of Groq for an answer that its model did not write as JSON, which the next one may be.
  { code: /json_validate_failed|tool_use_failed/i, error: 'MAESTRO_SERVING_SERVER' },
  // LM Studio says so with status 400. It loads the model anew for the next request.
  {
    status: [400],
    words: /\bmodel (has |was |is )?(crashed|unloaded|reloaded|still loading)|model is (being )?loaded/i,
    error: 'MAESTRO_SERVING_SERVER',
  },
  { status: [400], words: /no models? (is |are )?loaded/i, error: 'MAESTRO_SERVING_NOT_FOUND' },
  { code: /content_filter|content_policy|data_inspection|safety/i, error: 'MAESTRO_SERVING_FILTERED' },
  {
    status: [400, 403, 498],
    words:
      /content (filter|management|policy|violates)|inappropriate content|safety system|flagged|usage guidelines|deny-?listed/i,
    error: 'MAESTRO_SERVING_FILTERED',
  },
  {
    code: /model_?(not_?(found|available|supported|exist)|decommissioned|deprecated|retired)|invalid_?model/i,
    error: 'MAESTRO_SERVING_NOT_FOUND',
  },
  {
    status: [400, 422],
    words:
      /\bmodel\b.{0,80}(not exist|not found|not available|is not a valid model|is invalid|not supported by|no longer (supported|available|served)|decommissioned|has been (retired|removed|deprecated)|on-demand throughput isn.t)|is not a valid model|\b(invalid|unknown) model\b|non-serverless model/i,
    error: 'MAESTRO_SERVING_NOT_FOUND',
  },
  {
    status: [400, 403],
    words:
      /(api[ _-]?key|token|credentials?)\b.{0,40}(not valid|invalid|expired|incorrect|revoked)|(invalid|incorrect|expired) (api[ _-]?key|token\b|credentials)|signature.{0,40}(not match|expired)/i,
    error: 'MAESTRO_SERVING_AUTHENTICATION',
  },
  {
    status: [400],
    words: /(location|country|region|territory) is not supported/i,
    error: 'MAESTRO_SERVING_PERMISSION',
  },
  // 407 is the word of a proxy.
  { status: [401, 407], error: 'MAESTRO_SERVING_AUTHENTICATION' },
  { code: /invalid_api_key/i, error: 'MAESTRO_SERVING_AUTHENTICATION' },
  // 511 is the word of a network that wants a login first.
  { status: [403, 451, 511], error: 'MAESTRO_SERVING_PERMISSION' },
  // Redirects are not followed, because a key must not be sent elsewhere.
  { status: [301, 302, 303, 307, 308], error: 'MAESTRO_SERVING_NOT_FOUND' },
  { status: [404, 405, 410], error: 'MAESTRO_SERVING_NOT_FOUND' },
  { status: [429], error: 'MAESTRO_SERVING_RATE_LIMITED' },
  // 498 is the word of Groq for a tier without room.
  { status: [498, 503, 529], error: 'MAESTRO_SERVING_OVERLOADED' },
  { code: /overloaded/i, error: 'MAESTRO_SERVING_OVERLOADED' },
]

/** Patterns take long on some texts. */
const readCharacters = 4096

/**
 * Creates the typed error of a provider's answer.
 *
 * @example
 * throw servingError('openai gpt-5-mini', { status: 429, reason: 'Too many requests', rateLimits: readRateLimits(headers) })
 */
export function servingError(serving: string, failure: ProviderFailure, cause?: unknown): MaestroError {
  const { status, code, usage = usageIn(failure.body), fix } = failure
  const reason = failure.reason.slice(0, readCharacters)
  const rateLimits = withWait(failure, reason)
  // A wait of 0 is no wait: some servers send it with every refusal.
  const waits = (rateLimits?.retryAfterMs ?? 0) > 0
  const tooLarge = status === 413 || status === 429 ? readTooLarge(reason) : undefined
  // Google advises a short wait all the same.
  if (status === 429 && isDailyQuota(failure.body)) {
    const details = { serving, reason, status, ...(usage === undefined ? {} : { usage }) }
    return maestroError('MAESTRO_SERVING_QUOTA', details, cause)
  }
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
    ...(code === undefined ? {} : { code }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
    ...(usage === undefined ? {} : { usage }),
    ...(fix === undefined ? {} : { fix }),
    ...tooLarge,
  }
  if (tooLarge !== undefined) return maestroError('MAESTRO_SERVING_REQUEST_TOO_LARGE', details, cause)
  return maestroError(known?.error ?? byStatus(status), details, cause)
}

/** Whether Google's reply names a quota of a day among those that are used up. */
function isDailyQuota(body: unknown, depth = 10): boolean {
  if (typeof body !== 'object' || body === null || depth === 0) return false
  return Object.entries(body).some(([name, value]) =>
    name === 'quotaId' ? /PerDay/.test(String(value)) : isDailyQuota(value, depth - 1),
  )
}

/** Headers are the best source of the waiting time. */
function withWait({ status, rateLimits, body }: ProviderFailure, reason: string): RateLimits | undefined {
  if (status === undefined || status < 400 || rateLimits?.retryAfterMs !== undefined) return rateLimits
  const retryAfterMs = readWait(reason, body)
  return retryAfterMs === undefined ? rateLimits : { ...rateLimits, retryAfterMs }
}

/** Statuses below 500 after which the same request may succeed, such as those of proxies that lost a connection. */
const temporary: ReadonlySet<number> = new Set([408, 409, 421, 423, 424, 425, 444, 449, 460, 499])

/** Statuses from 500 on that state what a server cannot do at all. */
const permanent: ReadonlySet<number> = new Set([501, 505, 506, 508, 510])

function byStatus(status: number | undefined): FailureCode {
  if (status === undefined) return 'MAESTRO_SERVING_CONNECTION'
  if ((status >= 500 && !permanent.has(status)) || temporary.has(status)) return 'MAESTRO_SERVING_SERVER'
  return 'MAESTRO_SERVING_BAD_REQUEST'
}
