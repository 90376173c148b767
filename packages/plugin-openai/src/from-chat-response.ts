import {
  type FinishReason,
  type LLMRequest,
  type LLMResult,
  servingError,
  type TokenLogprob,
  type Usage,
} from '@maestro-dataflow/core'
import { type AnswerSchema, wrapper } from './answer-schema.js'
import type { ChatCompletion, ChatUsage, Logprobs } from './chat-api.js'

/** For which request an answer was given. */
export interface Asked {
  readonly serving: string
  readonly model: string
  readonly request: LLMRequest
  readonly answer: AnswerSchema | undefined
}

/** What ends an answer, by the words of OpenAI and of others. A word that is not known is an end like any other. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  length: 'length',
  max_tokens: 'length',
  content_filter: 'content-filter',
  refusal: 'refusal',
}

/** @throws MAESTRO_SERVING_OVERLOADED, MAESTRO_SERVING_SERVER when the server gave up in the middle */
export function fromChatResponse(completion: ChatCompletion, asked: Asked): LLMResult {
  const { serving, request, answer } = asked
  const [choice] = completion.choices
  const { content, refusal } = choice?.message ?? {}
  const said = typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('')
  // Half of a pair breaks files and databases further on.
  const text = (refusal || said).toWellFormed()
  const reason = choice?.finish_reason ?? 'stop'
  if (reason === 'insufficient_system_resource') throw servingError(serving, { status: 503, reason })
  if (reason === 'error') throw servingError(serving, { status: 500, reason: 'the answer ended in an error' })
  const finishReason = refusal ? 'refusal' : (finishReasons[reason] ?? 'stop')
  const object = request.schema === undefined || finishReason !== 'stop' ? undefined : parse(text, answer)
  return {
    text: answer?.wrapped === true && object !== undefined ? JSON.stringify(object) : text,
    ...(object === undefined ? {} : { object }),
    finishReason,
    usage: toUsage(completion.usage, request, text),
    model: completion.model ?? asked.model,
    ...(request.logprobs === undefined ? {} : toLogprobs(choice?.logprobs)),
  }
}

/** Undefined for what is no JSON: the serving plane looks closer and says so. */
function parse(text: string, answer: AnswerSchema | undefined): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (answer?.wrapped !== true) return value
    return typeof value === 'object' && value !== null && wrapper in value ? value[wrapper] : undefined
  } catch {
    return undefined
  }
}

const charactersPerToken = 4

/** Where the server tells none, an estimate: budgets must not take it for nothing. */
function toUsage(usage: ChatUsage | null | undefined, { messages }: LLMRequest, answer: string): Usage {
  const asked = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map((part) => (part.type === 'text' ? part.text : '')),
  )
  const estimate = (texts: readonly string[]) =>
    Math.ceil(texts.reduce((sum, { length }) => sum + length, 0) / charactersPerToken)
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens
  return {
    inputTokens: usage?.prompt_tokens ?? estimate(asked),
    outputTokens: usage?.completion_tokens ?? estimate([answer]),
    ...(cached == null ? {} : { cachedInputTokens: cached }),
    ...(reasoning == null ? {} : { reasoningTokens: reasoning }),
  }
}

function toLogprobs(given: Logprobs | null | undefined): { readonly logprobs?: readonly TokenLogprob[] } {
  if (given?.content == null) return {}
  return {
    logprobs: given.content.map(({ token, logprob, top_logprobs }) => ({
      token,
      logprob,
      top: (top_logprobs ?? []).map(({ token, logprob }) => ({ token, logprob })),
    })),
  }
}
