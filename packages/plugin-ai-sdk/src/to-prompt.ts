import type { JSONValue, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import {
  type ContentPart,
  estimateTokens,
  type MediaAccess,
  type MediaPart,
  type Message,
  readMedia,
} from '@maestro-dataflow/core'
import { aiSdkError } from './errors.js'

type ProviderOptions = Record<string, Record<string, JSONValue>>
type TextPart = { type: 'text'; text: string }
type FilePart = { type: 'file'; data: Uint8Array; mediaType: string; filename?: string }

/** A turn in the form that the specifications v2 and v3 share. */
export type Turn = (
  | { role: 'system'; content: string }
  | { role: 'user'; content: (TextPart | FilePart)[] }
  | { role: 'assistant'; content: TextPart[] }
) & { providerOptions?: ProviderOptions }

/** What decides how messages are converted. */
export interface PromptSettings {
  readonly model: string
  readonly accepts: Readonly<Record<MediaPart['type'], boolean>>
  readonly access: MediaAccess & { readonly signal?: AbortSignal | undefined }
  /** The mark for the provider's prefix cache, and the smallest part of a prompt, in tokens, that gets it. */
  readonly cacheMark?: { readonly options: ProviderOptions; readonly minimum: number } | undefined
}

/** Converts messages to the prompt of the specifications v2 and v3. @throws MAESTRO_AI_SDK_MEDIA, MAESTRO_MEDIA_* */
export async function toPrompt(messages: readonly Message[], settings: PromptSettings): Promise<Turn[]> {
  const turns = await Promise.all(messages.map((message) => toTurn(message, settings)))
  const { cacheMark } = settings
  const last = messages.findLastIndex(({ role }) => role === 'user') - 1
  const marked = turns[last]
  if (cacheMark === undefined || marked === undefined) return turns
  if (tokensOf(messages.slice(0, last + 1)) < cacheMark.minimum) return turns
  return turns.with(last, { ...marked, providerOptions: cacheMark.options })
}

/** The same prompt in the specification v4, which wraps the data of a file. */
export function withWrappedData(turns: readonly Turn[]): LanguageModelV4Prompt {
  return turns.map((turn): LanguageModelV4Message => {
    if (turn.role !== 'user') return turn
    const content = turn.content.map((part) =>
      part.type === 'file' ? { ...part, data: { type: 'data' as const, data: part.data } } : part,
    )
    return { ...turn, content }
  })
}

async function toTurn({ role, content }: Message, settings: PromptSettings): Promise<Turn> {
  const parts: readonly ContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  if (role === 'user') return { role, content: await Promise.all(parts.map((part) => toPart(part, settings))) }
  const texts = parts.map((part): TextPart => {
    if (part.type !== 'text') throw aiSdkError('MAESTRO_AI_SDK_MEDIA', { model: settings.model, type: part.type })
    return { type: 'text', text: part.text.toWellFormed() }
  })
  return role === 'system'
    ? { role, content: texts.map(({ text }) => text).join('') }
    : { role: 'assistant', content: texts }
}

async function toPart(part: ContentPart, { model, accepts, access }: PromptSettings): Promise<TextPart | FilePart> {
  if (part.type === 'text') return { type: 'text', text: part.text.toWellFormed() }
  if (!accepts[part.type]) throw aiSdkError('MAESTRO_AI_SDK_MEDIA', { model, type: part.type })
  const { data, mediaType, name } = await readMedia(part, access)
  const filename = name === undefined ? {} : { filename: name }
  return { type: 'file', mediaType, data, ...filename }
}

function tokensOf(messages: readonly Message[]): number {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map((part) => (part.type === 'text' ? part.text : '')),
  )
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0)
}
