import type { LLMRequest } from '../../contracts/serving.js'

// In every byte-level vocabulary a token is at least one byte of UTF-8, so the bytes are an upper bound of the tokens.
const tokensPerMessage = 8
const tokensPerMedia = 2048
/** The assumed length of an answer without `maxTokens`. */
const answerTokens = 1024

/** The maximum tokens of a text: its bytes. */
export function mostTokens(text: string): number {
  // Most texts can be counted without encoding them.
  return text.length * 3 < 4096 ? Buffer.byteLength(text) : text.length * 3
}

/** The maximum tokens of a request, for its prompt and its answer. */
export function estimateRequest(request: LLMRequest): { readonly input: number; readonly output: number } {
  let input = request.schema === undefined ? 0 : mostTokens(JSON.stringify(request.schema))
  for (const { content } of request.messages) {
    input += tokensPerMessage
    if (typeof content === 'string') input += mostTokens(content)
    else for (const part of content) input += part.type === 'text' ? mostTokens(part.text) : tokensPerMedia
  }
  return { input, output: request.maxTokens ?? answerTokens }
}
