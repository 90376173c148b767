import type { Message } from '@maestro-dataflow/core'

/** About how many tokens a text has, for models that do not tell: 0 would look like an answer that costs nothing. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** About how many tokens the texts of a chat have. */
export function estimateChatTokens(messages: readonly Message[]): number {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  )
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0)
}
