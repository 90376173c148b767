import type { Failure, Said } from '../../reply-dialect.js'
import { answer, bad, byName, type ReplyCase } from './reply-case.js'

const refusal = (message: string, { status = 429, ...more }: Partial<Failure> = {}): Said => ({
  failure: { status, message, ...more },
})

const times = (count: number, said: Said): readonly Said[] => Array.from({ length: count }, () => said)

const right: Said = { text: 'bad' }
const away = 'The model is away.'
const quota = 'You exceeded your current quota, please check your plan and billing details.'
const billing = 'Need more tokens? Upgrade today at https://example.com/settings/billing'

/** The longest that these cases wait; the wait that they must avoid is hours. */
const timeout = { total: 60_000, outage: 1000 }

const rateLimits: Readonly<Record<string, ReplyCase>> = {
  'a limit for now is waited for, although the message speaks of billing': {
    said: [refusal(`Rate limit reached on tokens per minute: Limit 6000, Used 5990. ${billing}`, waiting(20)), right],
    expected: { text: 'bad' },
  },
  'a wait that stands in the message is waited for': {
    said: [refusal(`Rate limit reached. Please try again in 20ms. ${billing}`), right],
    expected: { text: 'bad' },
  },
  'a wait that stands in the details is waited for, although the message speaks of a quota': {
    said: [
      refusal(quota, {
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.02s' }],
      }),
      right,
    ],
    expected: { text: 'bad' },
  },
  'a Retry-After of 0 ten times is borne': {
    said: [...times(10, refusal('Slow down', { headers: { 'retry-after': '0' } })), right],
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
          said: times(2, { ...right, headers: told(reset) }),
          calls: 2,
          timeout: { total: 500 },
          expected: { text: 'bad' },
        },
      ],
    ),
  ),
  ...byName<Partial<Failure>>(
    {
      'below zero': { headers: { 'retry-after': '-1' } },
      'in the past': { headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
      'in words': { headers: { 'retry-after': 'soon' } },
    },
    (what) => `a Retry-After ${what} is borne`,
    (given) => ({ said: [refusal('Slow down', given), right], expected: { text: 'bad' } }),
  ),
  ...byName(
    {
      'a limit that advises to pay': refusal(`Rate limit reached for requests. ${billing}`),
      'a limit that advises shorter prompts': refusal(
        'This request would exceed the rate limit of 30,000 input tokens per minute. Please reduce the prompt length.',
        { code: 'rate_limit_error' },
      ),
      'status 529': refusal('Overloaded', { status: 529, code: 'overloaded_error' }),
      'status 520': refusal('The server is in trouble', { status: 520 }),
      'status 408': refusal('The request took too long', { status: 408 }),
      'status 424': refusal('Failed dependency', { status: 424 }),
      'status 498': refusal('Flex tier capacity exceeded', { status: 498 }),
      'status 499': refusal('The client closed the request', { status: 499 }),
      'status 425': refusal('Too early', { status: 425 }),
      'a model that has crashed, as at LM Studio': refusal('The model has crashed without additional information.', {
        status: 400,
      }),
      'a model that was unloaded, as at LM Studio': refusal('Model unloaded.', { status: 400 }),
      'a call that the model wrote wrongly, as at Groq': refusal('Failed to call a function.', {
        status: 400,
        code: 'tool_use_failed',
      }),
    },
    (what) => `${what} is asked again`,
    (said) => ({ said: [said, right], expected: { text: 'bad' } }),
  ),
  ...byName(
    {
      'in the words of GitHub': 'Request body too large for the model. Max size: 8000 tokens.',
      'in the words of nginx': 'Request Entity Too Large',
    },
    (what) => `a request that is too large ${what} is not asked again`,
    (words) => ({ said: [refusal(words, { status: 413 })], expected: { code: 'REQUEST_TOO_LARGE' } }),
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

/** Statuses that state what a server cannot do at all, although they look temporary. */
const permanent: Readonly<Record<string, ReplyCase>> = byName<readonly [number, string, string]>(
  {
    'what the server does not have': [501, 'BAD_REQUEST', 'Not Implemented'],
    'a version of HTTP': [505, 'BAD_REQUEST', 'HTTP Version Not Supported'],
    'a loop of proxies': [508, 'BAD_REQUEST', 'Loop Detected'],
    'a network that wants a login': [511, 'PERMISSION', 'Network Authentication Required'],
    'another method': [405, 'NOT_FOUND', 'Method Not Allowed'],
  },
  (what) => `a refusal that cannot change (${what}) is not asked again`,
  ([status, code, words]) => ({ said: [refusal(words, { status })], retries: 6, expected: { code, words } }),
)

/** A server that makes no grammar of a schema is asked without one, and the prompt contains the schema. */
const schemaRefusals: Readonly<Record<string, ReplyCase>> = byName<Partial<Failure> & { readonly message: string }>(
  {
    'of Ollama': { status: 500, message: 'invalid JSON schema in format' },
    'of Ollama for a grammar': {
      status: 500,
      message: 'Failed to create new sequence: unable to create sampling context',
    },
    'of vLLM': { status: 400, message: 'Failed to compile the grammar: unknown keyword uniqueItems' },
    'of OpenAI': { status: 400, message: "Invalid schema for response_format 'answer': 'format' is not permitted." },
  },
  (words) => `a refusal of the schema in the words ${words} is answered by a request without it`,
  ({ message, ...more }) => ({
    said: [refusal(message, more), { text: answer }],
    json: true,
    expected: { object: bad },
  }),
)

/** Refusals that concern the account are not retried, in the words of any provider. */
const account: Readonly<Record<string, ReplyCase>> = byName<readonly [string, Said]>(
  {
    'no key': ['AUTHENTICATION', refusal('Incorrect API key provided', { status: 401, code: 'invalid_api_key' })],
    'a wrong key, as at Gemini': [
      'AUTHENTICATION',
      refusal('API key not valid. Please pass a valid API key.', { status: 400 }),
    ],
    'an old key, as at Gemini': [
      'AUTHENTICATION',
      refusal('API key expired. Please renew the API key.', { status: 400 }),
    ],
    'a wrong token, as at Hugging Face': [
      'AUTHENTICATION',
      refusal('Authorization header is correct, but the token seems invalid', { status: 400 }),
    ],
    'no credit': ['QUOTA', refusal('Insufficient credits', { status: 402 })],
    'no credit, as at Anthropic': [
      'QUOTA',
      refusal('Your credit balance is too low to access the API.', { status: 400 }),
    ],
    'no credit, as at xAI': ['QUOTA', refusal("Your team doesn't have any credits yet.", { status: 403 })],
    'no credit, as at DashScope': [
      'QUOTA',
      refusal('Access denied, please make sure your account is in good standing.', { status: 400, code: 'Arrearage' }),
    ],
    'no quota': ['QUOTA', refusal(quota, { code: 'insufficient_quota' })],
    'no quota, and a wait of 0': [
      'QUOTA',
      refusal(quota, { code: 'insufficient_quota', headers: { 'retry-after': '0' } }),
    ],
    'a limit of spending, as at Anthropic': [
      'QUOTA',
      refusal('You have reached your specified API usage limits. You will regain access on 2030-12-01 at 00:00 UTC.', {
        status: 400,
      }),
    ],
    'a budget of the key, as at LiteLLM': [
      'QUOTA',
      refusal('Budget has been exceeded! Current cost: 10.2, Max budget: 10.0', { status: 400 }),
    ],
    'a quota of a day, as at Gemini': [
      'QUOTA',
      refusal(quota, {
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.02s' },
        ],
      }),
    ],
    'no model that is loaded, as at LM Studio': ['NOT_FOUND', refusal('No models loaded.', { status: 400 })],
    'a limit of the key, as at OpenRouter': ['QUOTA', refusal('Key limit exceeded (monthly limit).', { status: 403 })],
    'a disabled organization': ['PERMISSION', refusal('This organization has been disabled.', { status: 400 })],
    'no permission': ['PERMISSION', refusal('This key may not use the model', { status: 403 })],
    'no such model, as at OpenRouter': ['NOT_FOUND', refusal('a/b is not a valid model ID', { status: 400 })],
    'no such model, as at DeepSeek': ['NOT_FOUND', refusal('Model Not Exist', { status: 400 })],
    'no such model any more': ['NOT_FOUND', refusal('The model was retired', { status: 410 })],
  },
  (what) => `an account that is refused (${what}) is not asked again`,
  ([code, said]) => ({ said: [said], expected: { code } }),
)

const outages: Readonly<Record<string, ReplyCase>> = {
  'a server that answers nothing but 503 is given up in its words': {
    said: [refusal(away, { status: 503 })],
    timeout,
    expected: { code: 'UNAVAILABLE', words: away, asked: { most: 60 } },
  },
  'a server that answers nothing but 503 after an answer is given up in its words': {
    said: [right, refusal(away, { status: 503 })],
    calls: 2,
    timeout,
    expected: { code: 'UNAVAILABLE', words: away, asked: { most: 60 } },
  },
  'a Retry-After of 0 of an overloaded server for ever has an end': {
    said: [refusal(away, { status: 503, headers: { 'retry-after': '0' } })],
    timeout,
    expected: { code: 'UNAVAILABLE', words: away, asked: { most: 60 } },
  },
  ...byName(
    { brackets: '<', words: 'try again in ', spaces: ' ' },
    (what) => `a refusal of many ${what} is read at once`,
    (part) => ({
      said: [refusal(`No. ${part.repeat(300_000)}`, { status: 400 })],
      expected: { code: 'BAD_REQUEST' },
    }),
  ),
  'a server that is away for a moment is asked again': {
    said: [...times(5, refusal(away, { status: 503 })), right],
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
export const limitCases = { ...rateLimits, ...permanent, ...schemaRefusals, ...account, ...outages }
