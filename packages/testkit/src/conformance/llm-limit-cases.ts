import type { Failure, Said } from '../reply-dialect.js'
import type { ReplyCase } from './llm-reply-cases.js'

const refusal = (message: string, { status = 429, ...more }: Partial<Failure> = {}): Said => ({
  failure: { status, message, ...more },
})

const times = (count: number, said: Said): readonly Said[] => Array.from({ length: count }, () => said)

const answer: Said = { text: 'bad' }
const away = 'The model is away.'
const quota = 'You exceeded your current quota, please check your plan and billing details.'
const billing = 'Need more tokens? Upgrade today at https://example.com/settings/billing'

/** The longest that these cases wait; the wait that they must avoid is hours. */
const timeout = { total: 60_000, outage: 1000 }

const rateLimits: Readonly<Record<string, ReplyCase>> = {
  'a limit for now is waited for, although the message speaks of billing': {
    said: [refusal(`Rate limit reached on tokens per minute: Limit 6000, Used 5990. ${billing}`, waiting(20)), answer],
    expected: { text: 'bad' },
  },
  'a wait that stands in the message is waited for': {
    said: [refusal(`Rate limit reached. Please try again in 20ms. ${billing}`), answer],
    expected: { text: 'bad' },
  },
  'a wait that stands in the details is waited for, although the message speaks of a quota': {
    said: [
      refusal(quota, {
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.02s' }],
      }),
      answer,
    ],
    expected: { text: 'bad' },
  },
  'a Retry-After of 0 ten times is borne': {
    said: [...times(10, refusal('Slow down', { headers: { 'retry-after': '0' } })), answer],
    expected: { text: 'bad' },
  },
  'a Retry-After of 0 for ever is answered by longer and longer waits, and an end': {
    said: [refusal('Slow down', { headers: { 'retry-after': '0' } })],
    timeout,
    expected: { code: 'UNAVAILABLE', words: 'Slow down', asked: { most: 60 } },
  },
  'a Retry-After that is longer than the call may take ends it at once': {
    said: [refusal('Come back tomorrow', waiting(86_400_000))],
    timeout,
    expected: { code: 'RATE_LIMITED', words: 'Come back tomorrow' },
  },
  ...Object.fromEntries(
    Object.entries({ 'in a day': '86400', 'at a date in seconds': '4102444800', 'in a month': '720h' }).map(
      ([when, reset]) => [
        `a limit that is told to be whole again ${when} does not stop the calls after it`,
        {
          said: times(2, { ...answer, headers: told(reset) }),
          calls: 2,
          timeout: { total: 500 },
          expected: { text: 'bad' },
        },
      ],
    ),
  ),
  'a request above the limit of a minute is not asked again': {
    said: [refusal('Request too large. The input or output tokens must be reduced in order to run successfully.')],
    expected: { code: 'REQUEST_TOO_LARGE' },
  },
  'a request above the limit of a minute is known by its numbers': {
    said: [
      refusal('Request too large on tokens per minute (TPM): Limit 6000, Requested 9032', {
        status: 413,
        ...waiting(20),
      }),
    ],
    expected: { code: 'REQUEST_TOO_LARGE' },
  },
}

/** Refusals that concern the account are not retried. */
const account: Readonly<Record<string, ReplyCase>> = Object.fromEntries(
  (
    [
      ['no key', 'AUTHENTICATION', refusal('Incorrect API key provided', { status: 401, code: 'invalid_api_key' })],
      ['no credit', 'QUOTA', refusal('Insufficient credits', { status: 402 })],
      ['no quota', 'QUOTA', refusal(quota, { code: 'insufficient_quota' })],
      ['no permission', 'PERMISSION', refusal('This key may not use the model', { status: 403 })],
    ] as const
  ).map(([name, code, said]) => [
    `an account that is refused (${name}) is not asked again`,
    { said: [said], expected: { code } },
  ]),
)

const outages: Readonly<Record<string, ReplyCase>> = {
  'a server that answers nothing but 503 is given up in its words': {
    said: [refusal(away, { status: 503 })],
    timeout,
    expected: { code: 'UNAVAILABLE', words: away, asked: { most: 60 } },
  },
  'a server that answers nothing but 503 after an answer is given up in its words': {
    said: [answer, refusal(away, { status: 503 })],
    calls: 2,
    timeout,
    expected: { code: 'UNAVAILABLE', words: away, asked: { most: 60 } },
  },
  'a server that is away for a moment is asked again': {
    said: [...times(5, refusal(away, { status: 503 })), answer],
    expected: { text: 'bad' },
  },
  'a server that never answers is given up': {
    said: [{ broken: 'silence' }],
    timeout: { attempt: 100 },
    expected: { code: 'TIMEOUT', asked: 2 },
  },
  'a server that breaks every connection is given up': {
    said: [{ broken: 'reset' }],
    expected: { code: 'CONNECTION', asked: 2 },
  },
}

function waiting(milliseconds: number): Partial<Failure> {
  return { headers: { 'retry-after-ms': String(milliseconds) } }
}

function told(reset: string): NonNullable<Said['headers']> {
  return {
    'x-ratelimit-limit-requests': '10',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': reset,
  }
}

/** How a serving handles refusals, limits, and outages: each case by its name. */
export const llmLimitCases = { ...rateLimits, ...account, ...outages }
