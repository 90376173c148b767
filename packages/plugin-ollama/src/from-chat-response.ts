import {
  countOf,
  type FinishReason,
  finishReasonOf,
  type LLMResult,
  readContent,
  TextPieces,
  type TokenLogprob,
  type Usage,
  uncountedTokens,
  unexpectedReply,
  withoutData,
} from '@maestro-dataflow/core'
import type { ChatResponse } from 'ollama'

/** An answer that is assembled from its pieces. */
export interface ChatAnswer
  extends Pick<LLMResult, 'text' | 'reasoning' | 'finishReason' | 'usage' | 'logprobs' | 'warnings'> {
  /** The tokens of the prompt as the server counts them, if it does. */
  readonly promptTokens: number | undefined
}

/** What an answer belongs to. */
interface Asked {
  readonly contextTokens: number
  /** An estimate of the prompt, for a server that does not count it. */
  readonly estimatedTokens: number
  /** Receives each piece of the text. */
  readonly onText?: ((text: string) => void) | undefined
}

/**
 * Reads an answer to its end.
 *
 * Servers before 0.12 continue when the context is full: they forget the older half, including the question. The text
 * from there on is dropped, and the answer counts as cut off.
 *
 * @throws MAESTRO_SERVING_UNEXPECTED_REPLY if there is no message, _UNFINISHED, _SERVER, _OVERLOADED
 */
export async function fromChatResponse(
  serving: string,
  pieces: AsyncIterable<ChatResponse>,
  { contextTokens, estimatedTokens, onText }: Asked,
): Promise<ChatAnswer> {
  const content = new TextPieces(onText)
  const thoughts = new TextPieces()
  const texts: string[] = []
  const calls: string[] = []
  const logprobs: TokenLogprob[] = []
  let hasMessage = false
  let finishReason: FinishReason = 'stop'
  let usage: Usage = { inputTokens: 0, outputTokens: 0 }
  let promptTokens: number | undefined
  let isCounted = true
  for await (const piece of pieces) {
    hasMessage ||= piece.message != null
    const { text } = readContent(withoutData(piece.message?.content))
    const kind = piece.done ? 'last' : 'next'
    content.add(text, kind)
    thoughts.add(piece.message?.thinking ?? '', kind)
    if (text !== '') texts.push(text)
    // No request offers a tool, but a model may call one all the same.
    for (const { function: call } of piece.message?.tool_calls ?? []) calls.push(JSON.stringify(call.arguments))
    for (const { token, logprob, top_logprobs: top = [] } of piece.logprobs ?? [])
      logprobs.push({ token, logprob, top: top.map(({ token, logprob }) => ({ token, logprob })) })
    if (!piece.done) continue
    promptTokens = countOf(piece.prompt_eval_count)
    const outputTokens = countOf(piece.eval_count)
    isCounted = promptTokens !== undefined && outputTokens !== undefined
    // A piece is a token.
    usage = { inputTokens: promptTokens ?? estimatedTokens, outputTokens: outputTokens ?? texts.length }
    // A request without messages loads the model.
    if (piece.done_reason === 'load') continue
    if (!hasMessage) throw unexpectedReply(serving, 'it contains no message')
    finishReason = finishReasonOf(serving, piece.done_reason, usage)
  }
  const room = contextTokens - (promptTokens ?? 0)
  const isShifted = usage.outputTokens > room
  const whole = content.end()
  const text = isShifted ? texts.slice(0, Math.max(0, room)).join('') : whole
  const reasoning = thoughts.end()
  return {
    text: text.trim() === '' && calls.length > 0 ? calls.join('\n') : text,
    ...(reasoning === '' ? {} : { reasoning }),
    finishReason: isShifted ? 'length' : finishReason,
    usage,
    promptTokens,
    ...(logprobs.length === 0 ? {} : { logprobs }),
    ...(isCounted ? {} : { warnings: [uncountedTokens] }),
  }
}
