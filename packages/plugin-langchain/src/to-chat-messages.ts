import type { BaseLanguageModelInput } from '@langchain/core/language_models/base'
import type { ContentPart, MediaPart, Message } from '@maestro-dataflow/core'

/** Messages as every chat model of LangChain takes them. */
export function toChatMessages(messages: readonly Message[]): BaseLanguageModelInput {
  return messages.map(({ role, content }) => ({
    type: role,
    content: typeof content === 'string' ? content : content.map(toBlock),
  }))
}

/** Images in the form that all providers' packages read, the rest as LangChain's own data blocks. */
function toBlock(part: ContentPart) {
  if (part.type === 'text') return { type: 'text' as const, text: part.text }
  const { type, data, mediaType, name } = part
  if (type === 'image') return { type: 'image_url' as const, image_url: { url: addressOf(data, mediaType) } }
  const metadata = name === undefined ? {} : { metadata: { filename: name } }
  return !(data instanceof Uint8Array)
    ? { type, source_type: 'url' as const, mime_type: mediaType, url: String(data), ...metadata }
    : { type, source_type: 'base64' as const, mime_type: mediaType, data: base64(data), ...metadata }
}

function addressOf(data: MediaPart['data'], mediaType = 'image/png'): string {
  return data instanceof Uint8Array ? `data:${mediaType};base64,${base64(data)}` : String(data)
}

const base64 = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
