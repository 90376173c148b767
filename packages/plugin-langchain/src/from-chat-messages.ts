import type { BaseMessage, ContentBlock } from '@langchain/core/messages'
import type { ContentPart, Message } from '@maestro-dataflow/core'
import { langchainError } from './errors.js'

const roles: Readonly<Record<string, Message['role']>> = { system: 'system', human: 'user', ai: 'assistant' }

/**
 * Converts a chat of LangChain.js to messages. @throws MAESTRO_LANGCHAIN_MESSAGE for tool messages and unknown parts
 */
export function fromChatMessages(messages: readonly BaseMessage[]): readonly Message[] {
  return messages.map((message) => {
    const role = roles[message.type]
    if (role === undefined)
      throw langchainError('MAESTRO_LANGCHAIN_MESSAGE', { found: `a turn of type ${message.type}` })
    const parts = message.contentBlocks.map(toPart)
    const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
    return { role, content: texts.length === parts.length ? texts.join('') : parts }
  })
}

function toPart(block: ContentBlock.Standard): ContentPart {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text }
    case 'text-plain':
      if (block.text !== undefined) return { type: 'text', text: block.text }
      break
    case 'image':
    case 'audio':
    case 'file': {
      const data = toData(block)
      if (data === undefined) break
      return { type: block.type, data, mediaType: block.mimeType ?? `${block.type}/*` }
    }
  }
  throw langchainError('MAESTRO_LANGCHAIN_MESSAGE', { found: `a part of type ${block.type}` })
}

function toData({
  url,
  data,
}: {
  readonly url?: string
  readonly data?: string | Uint8Array
}): Uint8Array | URL | undefined {
  if (data !== undefined) return typeof data === 'string' ? Buffer.from(data, 'base64') : data
  return url === undefined ? undefined : new URL(url)
}
