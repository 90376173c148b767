import {
  type ChoiceContent,
  estimateChatTokens,
  estimateTokens,
  finishIn,
  finishReasonOf,
  jsonValuesIn,
  type LLMRequest,
  type LLMResult,
  maestroError,
  readChoice,
  readUsage,
  separateThoughts,
  type TokenLogprob,
  type Usage,
  unexpectedReply,
  usageFieldOf,
  wholeJson,
} from '@maestro-dataflow/core'
import { type AnswerSchema, wrapper } from './answer-schema.js'
import { type ChatChoice, type ChatCompletion, tokenLogprobs } from './chat-api.js'
import { assertNoFailure } from './read-reply.js'
import { warningsOf } from './usage-warnings.js'

/** The request that an answer belongs to. */
export interface Asked {
  readonly serving: string
  readonly model: string
  readonly request: LLMRequest
  readonly answer: AnswerSchema | undefined
  /** Whether the server states the cost of its replies in dollars. */
  readonly statesCost?: boolean | undefined
}

/**
 * @throws MAESTRO_SERVING_FILTERED for a reply without an answer, _UNFINISHED, _UNEXPECTED_REPLY; _OVERLOADED, _SERVER if
 *   the server gave up midway
 */
export function fromChatResponse(completion: ChatCompletion, asked: Asked): LLMResult {
  const { serving, request, answer } = asked
  const { choices } = completion
  const choice = choices?.find(({ index }) => index === 0) ?? choices?.[0]
  const content = choice === undefined ? nothing : readChoice(choice)
  const { usage: told, unreadable } = readUsage(usageFieldOf(completion))
  const usage = { ...estimateUsage(request, content), ...told }
  const isCounted = told.inputTokens !== undefined && told.outputTokens !== undefined
  if (choice === undefined) throw withoutAnswer(serving, completion, usage)
  if (choice.error != null) assertNoFailure(serving, { error: choice.error })
  const given = finishIn(choice)
  // What is not a text is an unknown reason, not a complete answer.
  const said = typeof given === 'string' || given == null ? given : JSON.stringify(given)
  const isEmpty = (choice.message ?? choice.delta ?? choice.text) == null
  const reason = finishReasonOf(serving, said, usage)
  if (isEmpty && reason === 'stop') throw unexpectedReply(serving, 'it contains no message', completion)
  const finishReason = content.refusal === '' ? reason : 'refusal'
  const calls = content.calls.join('\n')
  // A lone surrogate breaks files and databases later.
  const text = (content.refusal || (content.text.trim() === '' && calls !== '' ? calls : content.text)).toWellFormed()
  const object = request.schema === undefined || finishReason !== 'stop' ? undefined : parse(text, answer)
  return {
    text: answer?.wrapped === true && object !== undefined ? JSON.stringify(object) : text,
    ...(content.reasoning === '' ? {} : { reasoning: content.reasoning.toWellFormed() }),
    ...(object === undefined ? {} : { object }),
    finishReason,
    usage,
    ...tierOf(completion.service_tier),
    ...(asked.statesCost === true ? costIn(completion.usage) : {}),
    model: typeof completion.model === 'string' && completion.model !== '' ? completion.model : asked.model,
    ...(request.logprobs === undefined ? {} : toLogprobs(choice)),
    ...withWarnings(warningsOf(unreadable, isCounted)),
  }
}

const nothing: ChoiceContent = { text: '', reasoning: '', refusal: '', calls: [] }

/**
 * A filter leaves no answer at all. If nothing indicates a filter, the reply may contain one the next time.
 */
function withoutAnswer(serving: string, completion: ChatCompletion, usage: Usage) {
  const isFiltered = [completion.prompt_filter_results, completion.promptFeedback, completion.prompt_feedback].some(
    (told) => told != null,
  )
  if (!isFiltered && completion.usage == null) return unexpectedReply(serving, 'it contains no answer')
  const reason = isFiltered ? undefined : 'the reply contains no answer, which is how filters act'
  return maestroError('MAESTRO_SERVING_FILTERED', { serving, usage, ...(reason === undefined ? {} : { reason }) })
}

/** Undefined for a text that is not JSON, which the serving plane examines further. */
function parse(text: string, answer: AnswerSchema | undefined): unknown {
  if (answer?.wrapped !== true) return wholeJson(text)
  const { answer: said } = separateThoughts(text)
  const found = jsonValuesIn(said).map(({ value }) => value)
  const last = found.findLast((value) => typeof value === 'object' && value !== null && wrapper in value)
  return last === undefined ? undefined : (last as Readonly<Record<string, unknown>>)[wrapper]
}

/** An estimate if the server does not count, so that budgets do not treat the call as free. */
function estimateUsage({ messages }: LLMRequest, { text, reasoning, refusal, calls }: ChoiceContent): Usage {
  const outputTokens = [text, reasoning, refusal, ...calls].reduce((sum, said) => sum + estimateTokens(said), 0)
  return { inputTokens: estimateChatTokens(messages), outputTokens }
}

const tierOf = (said: unknown) => (typeof said === 'string' && said !== '' ? { tier: said.toLowerCase() } : {})

function costIn(usage: unknown): { readonly cost?: number } {
  const { cost } = (usage ?? {}) as { readonly cost?: unknown }
  return typeof cost === 'number' && Number.isFinite(cost) && cost >= 0 ? { cost } : {}
}

const withWarnings = (warnings: readonly string[]) => (warnings.length === 0 ? {} : { warnings })

/** Entries that cannot be read are omitted. */
function toLogprobs({ logprobs }: ChatChoice): { readonly logprobs?: readonly TokenLogprob[] } {
  const read = tokenLogprobs.safeParse(logprobs)
  if (!read.success) return {}
  return {
    logprobs: read.data.content.map(({ token, logprob, top_logprobs }) => ({
      token,
      logprob,
      top: (top_logprobs ?? []).map(({ token, logprob }) => ({ token, logprob })),
    })),
  }
}
