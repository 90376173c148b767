import type { AIMessage, BaseMessage, StandardMessageStructure, UsageMetadata } from '@langchain/core/messages'
import {
  assertReadPrompt,
  countOf,
  estimateTokens,
  finishReasonOf,
  type LLMResult,
  maestroError,
  readContent,
  type TokenLogprob,
  type Usage,
  uncountedTokens,
} from '@maestro-dataflow/core'

import type { StreamedPieces } from './streamed-pieces.js'

/** Facts for an answer that does not state them. */
export interface Asked {
  readonly model: string
  /** The estimated tokens of the prompt. */
  readonly promptTokens: number
  /** The pieces of an answer that was streamed. */
  readonly pieces?: StreamedPieces
}

/**
 * Converts an answer of a chat model to ours. @throws MAESTRO_SERVING_UNFINISHED, _SERVER, _OVERLOADED, depending on
 * its finish reason; MAESTRO_SERVING_CONTEXT_TOO_LONG if the server has cut the prompt,
 * _BROKEN_REPLY if the answer began again
 */
export function fromChatAnswer(serving: string, message: BaseMessage, asked: Asked): LLMResult {
  const { content, tool_calls, invalid_tool_calls, usage_metadata, additional_kwargs } =
    message as AIMessage<StandardMessageStructure>
  const metadata = message.response_metadata as Record<string, unknown>
  const { text: joined, reasoning: inContent, refusal: declined } = readContent(content)
  // The text is a part of the content, and LangChain may have joined it wrongly.
  if (asked.pieces?.isRestarted === true) {
    const reason = 'the answer began again in the middle of its stream'
    throw maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason })
  }
  const streamed = asked.pieces?.end()
  const text = streamed !== undefined && joined.length > streamed.text.length ? streamed.text : joined
  const refusal = firstText(additional_kwargs.refusal, declined)
  const reasoning = inContent || streamed?.reasoning || thoughtsBeside(additional_kwargs)
  // A model that uses a tool for its schema answers by calling the tool.
  const call = tool_calls?.[0]?.args ?? invalid_tool_calls?.[0]?.args
  const called = typeof call === 'object' ? JSON.stringify(call) : (call ?? '')
  const logprobs = fromLogprobs(metadata.logprobs)
  const said = (refusal ?? (text.trim() === '' ? called : text)).toWellFormed()
  const counted = countsIn(usage_metadata)
  const usage = { inputTokens: asked.promptTokens, outputTokens: estimateTokens(said), ...counted }
  const isCounted = counted.inputTokens !== undefined && counted.outputTokens !== undefined
  const { system_fingerprint: fingerprint } = metadata
  assertReadPrompt(serving, { fingerprint, inputTokens: usage.inputTokens, estimatedTokens: asked.promptTokens })
  const finishReason = finishReasonOf(serving, endOf(metadata), usage)
  return {
    text: said,
    ...(reasoning === '' ? {} : { reasoning }),
    finishReason: refusal === undefined ? finishReason : 'refusal',
    usage,
    model: firstText(metadata.model_name, metadata.model) ?? asked.model,
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(isCounted ? {} : { warnings: [uncountedTokens] }),
  }
}

/** An answer of a model that returns only data, whatever the request. */
export function fromData(data: unknown, { model, promptTokens }: Asked): LLMResult {
  const text = JSON.stringify(data)
  const usage = { inputTokens: promptTokens, outputTokens: estimateTokens(text) }
  return { text, object: data, finishReason: 'stop', usage, model, warnings: [uncountedTokens] }
}

/** The tokens that an answer states. LangChain passes on what a server has written in the place of a number. */
function countsIn({
  input_tokens: input,
  output_tokens: output,
  total_tokens: total,
  input_token_details: { cache_read: cached, cache_creation: written, image, audio } = {},
  output_token_details: { reasoning } = {},
}: Partial<UsageMetadata> = {}): Partial<Usage> {
  const counts = {
    inputTokens: countOf(input),
    outputTokens: withReasoningBeside(countOf(output), countOf(reasoning), Number(total) - (countOf(input) ?? 0)),
    cachedInputTokens: countOf(cached),
    cacheWriteInputTokens: countOf(written),
    imageInputTokens: countOf(image),
    audioInputTokens: countOf(audio),
    reasoningTokens: countOf(reasoning),
  }
  return Object.fromEntries(Object.entries(counts).filter(([, tokens]) => tokens !== undefined))
}

/** xAI counts reasoning beside the answer; the total shows it. */
const withReasoningBeside = (output: number | undefined, reasoning = 0, rest: number): number | undefined =>
  output !== undefined && rest === output + reasoning ? rest : output

/** Where the packages of providers put reasoning that is not part of the content. */
function thoughtsBeside({
  reasoning_content,
  reasoning,
  thinking,
  reasoning_details,
}: Record<string, unknown>): string {
  for (const given of [reasoning_content, reasoning, thinking, reasoning_details]) {
    const { text, reasoning } = readContent(given)
    if (text + reasoning !== '') return text + reasoning
  }
  return ''
}

/** The package of each provider has its own name for the finish reason. */
function endOf(metadata: Record<string, unknown>): string | undefined {
  const { finish_reason, stop_reason, done_reason, finishReason, stopReason, incomplete_details } = metadata
  const incomplete = (incomplete_details as { reason?: unknown } | null | undefined)?.reason
  return firstText(incomplete, finish_reason, stop_reason, done_reason, finishReason, stopReason)
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
