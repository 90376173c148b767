import type { ContentPart, Message } from '@maestro-dataflow/core'
import type { ChatHistoryItem } from 'node-llama-cpp'
import { localError } from './errors.js'

/**
 * Converts messages to the library's form, which ends with the answer to be written.
 *
 * @throws MAESTRO_LOCAL_MEDIA
 */
export function toChatHistory(messages: readonly Message[], model: string): ChatHistoryItem[] {
  const items = messages.map(({ role, content }): ChatHistoryItem => {
    const text = typeof content === 'string' ? content : content.map((part) => textOf(part, model)).join('\n')
    return role === 'assistant' ? { type: 'model', response: [text] } : { type: role, text }
  })
  return [...items, { type: 'model', response: [] }]
}

function textOf(part: ContentPart, model: string): string {
  if (part.type === 'text') return part.text
  throw localError('MAESTRO_LOCAL_MEDIA', { model, type: part.type })
}
