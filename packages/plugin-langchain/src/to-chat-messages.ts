import type { BaseLanguageModelInput } from '@langchain/core/language_models/base'
import { type ContentPart, type LLMCapabilities, type Message, readMedia } from '@maestro-dataflow/core'
import { langchainError } from './errors.js'

/** What is known about the model. */
export interface AskedModel {
  readonly name: string
  readonly capabilities: LLMCapabilities
  readonly signal?: AbortSignal | undefined
}

/**
 * Converts messages to the form that every LangChain chat model accepts. @throws MAESTRO_LANGCHAIN_MEDIA,
 * MAESTRO_MEDIA_*
 */
export async function toChatMessages(messages: readonly Message[], model: AskedModel): Promise<BaseLanguageModelInput> {
  const turns = messages.map(async ({ role, content }) => ({
    type: role,
    content:
      typeof content === 'string'
        ? content.toWellFormed()
        : await Promise.all(content.map((part) => toBlock(part, model))),
  }))
  return Promise.all(turns)
}

/** Images have the form that all providers' packages read; other media are LangChain's own data blocks. */
async function toBlock(part: ContentPart, { name, capabilities, signal }: AskedModel) {
  if (part.type === 'text') return { type: 'text' as const, text: part.text.toWellFormed() }
  const can = { image: capabilities.images, audio: capabilities.audio, file: true }
  if (!can[part.type]) throw langchainError('MAESTRO_LANGCHAIN_MEDIA', { model: name, type: part.type })
  const { type, data, mediaType, name: filename } = await readMedia(part, { signal })
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
  if (type === 'image') return { type: 'image_url' as const, image_url: { url: `data:${mediaType};base64,${base64}` } }
  const metadata = filename === undefined ? {} : { metadata: { filename } }
  return { type, source_type: 'base64' as const, mime_type: mediaType, data: base64, ...metadata }
}
