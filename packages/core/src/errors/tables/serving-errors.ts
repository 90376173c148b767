import type { RateLimits } from '../rate-limits.js'
import type { Usage } from '../usage.js'
import { list, meant, type Unknown } from './known-names.js'

/** The answer of a provider. */
export interface ProviderAnswer {
  readonly serving: string
  /** Its message, or what went wrong on the way. */
  readonly reason: string
  /** The HTTP status. */
  readonly status?: number | undefined
  /** The provider's own code or type. */
  readonly code?: string | undefined
  readonly rateLimits?: RateLimits | undefined
  /** The usage of the call, although its answer is unusable. */
  readonly usage?: Usage | undefined
}

/** The errors of servings and their replies. */
export const servingErrors = {
  MAESTRO_SERVING_UNKNOWN: {
    message: (d: Unknown & { where: string; add: string }) => `${d.where}: no serving "${d.name}" is configured.`,
    hint: (d: Unknown & { where: string; add: string }) =>
      `${meant(d.suggestion)}Known: ${list(d.known)}. Add one to \`servings\`, for example: ${d.add}`,
  },
  MAESTRO_SERVING_KIND: {
    message: (d: { name: string; expected: string; found: string }) =>
      `The serving "${d.name}" is of kind ${d.found}, but ${d.expected} is needed.`,
    hint: () => 'Name another serving.',
  },
  MAESTRO_SERVING_AUTHENTICATION: {
    message: (d: ProviderAnswer) => `${d.serving} does not accept the key: ${d.reason}`,
    hint: () => 'Check the `apiKey` of the serving and the environment variable it comes from.',
    stopsRun: true,
  },
  MAESTRO_SERVING_PERMISSION: {
    message: (d: ProviderAnswer) => `${d.serving} does not allow this: ${d.reason}`,
    hint: () =>
      'The provider knows the key, but the key may not use this model or feature. Ask for access, or name another model.',
    stopsRun: true,
  },
  MAESTRO_SERVING_NOT_FOUND: {
    message: (d: ProviderAnswer & { fix?: string | undefined }) => `${d.serving} was not found: ${d.reason}`,
    hint: (d: ProviderAnswer & { fix?: string | undefined }) =>
      d.fix ?? 'Check the `model` and the `baseUrl` of the serving.',
    stopsRun: true,
  },
  MAESTRO_SERVING_BAD_REQUEST: {
    message: (d: ProviderAnswer) => `${d.serving} refused the request: ${d.reason}`,
    hint: () => 'The provider says what is wrong. It will refuse the same request again.',
  },
  MAESTRO_SERVING_QUOTA: {
    message: (d: ProviderAnswer) => `The account of ${d.serving} has no credit or quota left: ${d.reason}`,
    hint: () => 'Add credit or raise the limit of the account. The next run reuses finished answers.',
    stopsRun: true,
  },
  MAESTRO_SERVING_RATE_LIMITED: {
    message: (d: ProviderAnswer) => `${d.serving} refused the call because of its rate limit: ${d.reason}`,
    hint: () => 'The call was retried as often as `retries` allows. Set `limits` to what the account may use.',
    retryable: true,
  },
  MAESTRO_SERVING_REQUEST_TOO_LARGE: {
    message: (d: ProviderAnswer & { tokens?: number | undefined; limit?: number | undefined }) =>
      d.tokens === undefined || d.limit === undefined
        ? `${d.serving} does not accept a request of this size: ${d.reason}`
        : `${d.serving} accepts at most ${d.limit} tokens per minute, and this request needs ${d.tokens}: ${d.reason}`,
    hint: () => 'Shorten the text, lower `maxTokens`, or raise the limit of the account.',
  },
  MAESTRO_SERVING_OVERLOADED: {
    message: (d: ProviderAnswer) => `${d.serving} is overloaded: ${d.reason}`,
    hint: () =>
      'The call was retried as often as `retries` allows. Run again later. The next run reuses finished answers.',
    retryable: true,
  },
  MAESTRO_SERVING_UNAVAILABLE: {
    message: (d: { serving: string; since: string; failures: number; reason: string; retryAfterMs?: number }) =>
      `${d.serving} has returned nothing but failures since ${d.since} (${d.failures} calls)${
        d.retryAfterMs === undefined ? '' : `, and the next attempt is due only in ${d.retryAfterMs} ms`
      }: ${d.reason}`,
    hint: () =>
      'Run the same pipeline again when the provider is back. The next run reuses finished answers, and the outputs were not changed. The options `timeout.outage` and `timeout.total` of the serving set how long a run waits.',
    stopsRun: true,
  },
  MAESTRO_SERVING_SERVER: {
    message: (d: ProviderAnswer) => `${d.serving} had an internal error: ${d.reason}`,
    hint: () =>
      'The call was retried as often as `retries` allows. Run again later. The next run reuses finished answers.',
    retryable: true,
  },
  MAESTRO_SERVING_CONNECTION: {
    message: (d: ProviderAnswer & { fix?: string | undefined }) => `${d.serving} cannot be reached: ${d.reason}`,
    hint: (d: ProviderAnswer & { fix?: string | undefined }) =>
      d.fix ?? 'Check that the server runs, and check its address (`baseUrl`) and the network.',
    retryable: true,
  },
  MAESTRO_SERVING_BROKEN_REPLY: {
    message: (d: ProviderAnswer) => `${d.serving} sent a reply that cannot be read: ${d.reason}`,
    hint: () => 'Check that `baseUrl` is the address of the API, and not of a web page or a proxy.',
    retryable: true,
  },
  MAESTRO_SERVING_UNEXPECTED_REPLY: {
    message: (d: ProviderAnswer & { isPage?: boolean | undefined }) =>
      `${d.serving} sent a complete reply that is not an answer: ${d.reason}`,
    hint: () =>
      'The request was sent three times at most, because such a reply seldom changes. Check that `baseUrl` is the address of the API, and that the server has the API of this serving.',
    retryable: true,
  },
  MAESTRO_SERVING_BROKEN_OFF: {
    message: (d: { serving: string; reason: string }) => `The answer of ${d.serving} broke off: ${d.reason}`,
    hint: () => 'A part of the answer was already passed on, so it was not asked for again. Ask the question again.',
  },
  MAESTRO_SERVING_REFUSED: {
    message: (d: { serving: string; reason: string }) => `${d.serving} refused to answer: ${d.reason}`,
    hint: () => 'Change the prompt or the text of this row, or use another model.',
  },
  MAESTRO_SERVING_CONTEXT_TOO_LONG: {
    message: (d: { serving: string; tokens?: number | undefined; limit?: number | undefined; reason?: string }) =>
      d.tokens === undefined || d.limit === undefined
        ? `${d.serving}: the prompt is too long: ${d.reason ?? 'it exceeds the context of the model'}`
        : `${d.serving}: the prompt has ${d.tokens} tokens, but the prompt and the answer together may have only ${d.limit}.`,
    hint: () => 'Shorten the text, ask for a shorter answer, or use a model with a longer context.',
  },
  MAESTRO_SERVING_TIMEOUT: {
    message: (d: { serving: string; milliseconds: number }) =>
      `${d.serving} did not answer within ${d.milliseconds} ms.`,
    hint: () => 'Raise the time-out or ask for a shorter answer.',
    retryable: true,
  },
  MAESTRO_SERVING_ABORTED: {
    message: (d: { serving: string }) => `The call to ${d.serving} was stopped.`,
    hint: () => 'The run was stopped. Start it again at any time.',
  },
  MAESTRO_SERVING_MALFORMED_REPLY: {
    message: (d: { serving: string; reply: string; usage?: Usage | undefined }) =>
      `The answer of ${d.serving} is not JSON: ${d.reply}`,
    hint: () => 'Raise `maxTokens` if the answer was cut off. Larger models follow schemas better.',
  },
  MAESTRO_SERVING_SCHEMA_MISMATCH: {
    message: (d: { serving: string; issues: readonly string[] }) =>
      `The answer of ${d.serving} does not match the schema: ${d.issues.join('; ')}.`,
    hint: () => 'Loosen the schema or use a larger model.',
  },
  MAESTRO_SERVING_CUT_OFF: {
    message: (d: { serving: string; tokens?: number | undefined }) =>
      `The answer of ${d.serving} was cut off${d.tokens === undefined ? '' : ` after ${d.tokens} tokens`}.`,
    hint: () =>
      "Raise `maxTokens` or ask for a shorter answer. `ai.generate` keeps a text that was cut off with `onCutOff: 'keep'`.",
  },
  MAESTRO_SERVING_UNFINISHED: {
    message: (d: { serving: string; reason: string; usage?: Usage | undefined }) =>
      `The answer of ${d.serving} ended with the unknown finish reason "${d.reason}".`,
    hint: () => 'The answer is not used, because it may be incomplete. Ask again, or use another model.',
  },
  MAESTRO_SERVING_FILTERED: {
    message: (d: { serving: string; reason?: string | undefined; usage?: Usage | undefined }) =>
      `${d.serving} withheld its answer: ${d.reason ?? 'a content filter stopped it'}.`,
    hint: () => 'Change the prompt or the text of this row, or use a model with another filter.',
  },
  MAESTRO_SERVING_SCHEMA_UNSUPPORTED: {
    message: (d: { reason: string; fix?: string | undefined }) =>
      `The schema cannot be converted to JSON Schema for a model: ${d.reason}.`,
    hint: (d: { reason: string; fix?: string | undefined }) =>
      d.fix ??
      'Use a schema that provides JSON Schema: zod 4, arktype, or valibot inside `toStandardJsonSchema` of @valibot/to-json-schema.',
  },
  MAESTRO_SERVING_SCHEMA_REFUSED: {
    message: (d: ProviderAnswer) => `${d.serving} does not support the schema: ${d.reason}`,
    hint: () => 'Use a simpler schema, or a server that supports it.',
  },
  MAESTRO_SERVING_CONTRACT: {
    message: (d: { serving: string; fault: string }) => `${d.serving} ${d.fault}.`,
    hint: () =>
      'The serving breaks its contract. Report this to the author of its plugin; the suites of @maestro-dataflow/testkit find it.',
  },
  MAESTRO_SERVING_FAILED: {
    message: (d: { serving: string; reason: string }) => `${d.serving} failed: ${d.reason}`,
    hint: () => 'The cause has the details.',
  },
  MAESTRO_SERVING_BATCH_LENGTH: {
    message: (d: { prompts: number; variables: number }) =>
      `There are ${d.prompts} prompts and ${d.variables} sets of variables.`,
    hint: () => 'Give one set of variables for each prompt.',
  },
  MAESTRO_HTTP_TOO_LARGE: {
    message: (d: { url: string; limit: number }) => `The reply of ${d.url} has more than ${d.limit} bytes.`,
    hint: () => 'Check that the address is right. If it is, request less at once, such as fewer texts in a batch.',
  },
} as const
