import type { FinishReason, LLMResult, TokenLogprob, Usage } from '@maestro-dataflow/core'
import type { ChatResponse } from 'ollama'

/** An answer, put together from its pieces. */
export interface ChatAnswer extends Pick<LLMResult, 'text' | 'finishReason' | 'usage' | 'logprobs'> {}

/**
 * Reads an answer to its end.
 *
 * Servers before 0.12 go on when the context is full: they forget the older half, the question with it. What was
 * written from there on is left out, and the answer counts as cut off.
 */
export async function fromChatResponse(
  pieces: AsyncIterable<ChatResponse>,
  contextTokens: number,
): Promise<ChatAnswer> {
  const texts: string[] = []
  const logprobs: TokenLogprob[] = []
  let finishReason: FinishReason = 'stop'
  let usage: Usage = { inputTokens: 0, outputTokens: 0 }
  for await (const piece of pieces) {
    const text = piece.message?.content ?? ''
    if (text !== '') texts.push(text)
    for (const { token, logprob, top_logprobs: top = [] } of piece.logprobs ?? [])
      logprobs.push({ token, logprob, top: top.map(({ token, logprob }) => ({ token, logprob })) })
    if (!piece.done) continue
    if (piece.done_reason === 'length') finishReason = 'length'
    usage = { inputTokens: piece.prompt_eval_count ?? 0, outputTokens: piece.eval_count ?? texts.length }
  }
  const room = contextTokens - usage.inputTokens
  const isShifted = usage.outputTokens > room
  return {
    text: (isShifted ? texts.slice(0, Math.max(0, room)) : texts).join(''),
    finishReason: isShifted ? 'length' : finishReason,
    usage,
    ...(logprobs.length === 0 ? {} : { logprobs }),
  }
}
