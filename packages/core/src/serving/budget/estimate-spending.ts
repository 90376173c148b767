import type { LLMRequest } from '../../contracts/serving.js'

// A token is at least one byte of UTF-8 in every byte-level vocabulary, so bytes bound tokens from above.
const tokensPerMessage = 8
const tokensPerMedia = 2048
/** Assumed of answers that have no `maxTokens`. */
const answerTokens = 1024

/** Tokens that a text has at most: its bytes. */
export function mostTokens(text: string): number {
  // What needs no encoding to be counted is most of what there is.
  return text.length * 3 < 4096 ? Buffer.byteLength(text) : text.length * 3
}

/** Tokens that a request may take at most, of its prompt and of its answer. */
export function estimateRequest(request: LLMRequest): { readonly input: number; readonly output: number } {
  let input = request.schema === undefined ? 0 : mostTokens(JSON.stringify(request.schema))
  for (const { content } of request.messages) {
    input += tokensPerMessage
    if (typeof content === 'string') input += mostTokens(content)
    else for (const part of content) input += part.type === 'text' ? mostTokens(part.text) : tokensPerMedia
  }
  return { input, output: request.maxTokens ?? answerTokens }
}
