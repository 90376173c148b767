import type { AIMessage, BaseMessage, StandardMessageStructure, UsageMetadata } from '@langchain/core/messages'
import {
  estimateTokens,
  type FinishReason,
  type LLMResult,
  type TokenLogprob,
  type Usage,
} from '@maestro-dataflow/core'

/** What an answer goes by where it does not say it itself. */
export interface Asked {
  readonly model: string
  /** About how many tokens the prompt has. */
  readonly promptTokens: number
}

/** An answer of a chat model as ours. */
export function fromChatAnswer(message: BaseMessage, asked: Asked): LLMResult {
  const { text, tool_calls, invalid_tool_calls, usage_metadata, additional_kwargs } =
    message as AIMessage<StandardMessageStructure>
  const metadata = message.response_metadata as Record<string, unknown>
  const refusal = typeof additional_kwargs.refusal === 'string' ? additional_kwargs.refusal : undefined
  // A model that is held to a schema by a tool answers by calling it.
  const call = tool_calls?.[0]?.args ?? invalid_tool_calls?.[0]?.args
  const called = typeof call === 'object' ? JSON.stringify(call) : (call ?? '')
  const logprobs = fromLogprobs(metadata.logprobs)
  const said = refusal ?? (text === '' ? called : text)
  return {
    text: said,
    finishReason: refusal === undefined ? finishReasonOf(metadata) : 'refusal',
    usage: usageOf(usage_metadata) ?? { inputTokens: asked.promptTokens, outputTokens: estimateTokens(said) },
    model: firstText(metadata.model_name, metadata.model) ?? asked.model,
    ...(logprobs === undefined ? {} : { logprobs }),
  }
}

/** An answer of a model that gives its data alone, whatever it is asked for. */
export function fromData(data: unknown, { model, promptTokens }: Asked): LLMResult {
  const text = JSON.stringify(data)
  const usage = { inputTokens: promptTokens, outputTokens: estimateTokens(text) }
  return { text, object: data, finishReason: 'stop', usage, model }
}

function usageOf(usage: UsageMetadata | undefined): Usage | undefined {
  if (usage?.input_tokens === undefined && usage?.output_tokens === undefined) return undefined
  const cached = usage.input_token_details?.cache_read
  const reasoning = usage.output_token_details?.reasoning
  return {
    inputTokens: usage.input_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
}

/** Each provider's package has its own name and words for why an answer ended. */
const endings: readonly (readonly [words: RegExp, reason: FinishReason])[] = [
  [/length|max.?(output.?|completion.?)?tokens|context.?window/i, 'length'],
  [/refus/i, 'refusal'],
  [/content.?filter|safety|blocklist|prohibited|recitation|spii|guardrail/i, 'content-filter'],
]

function finishReasonOf(metadata: Record<string, unknown>): FinishReason {
  const { finish_reason, stop_reason, done_reason, finishReason, stopReason, incomplete_details } = metadata
  const incomplete = (incomplete_details as { reason?: unknown } | null | undefined)?.reason
  const said = firstText(incomplete, finish_reason, stop_reason, done_reason, finishReason, stopReason)
  return endings.find(([words]) => said !== undefined && words.test(said))?.[1] ?? 'stop'
}

interface GivenLogprob {
  readonly token: string
  readonly logprob: number
  readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[]
}

function fromLogprobs(given: unknown): readonly TokenLogprob[] | undefined {
  const tokens = (given as { content?: readonly GivenLogprob[] | null } | null | undefined)?.content
  return tokens?.map(({ token, logprob, top_logprobs = [] }) => ({
    token,
    logprob,
    top: top_logprobs.map((likely) => ({ token: likely.token, logprob: likely.logprob })),
  }))
}

const firstText = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && value !== '')
