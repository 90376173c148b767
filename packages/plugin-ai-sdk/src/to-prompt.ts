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
type TextPart = { type: 'text'; text: string; providerOptions?: ProviderOptions }
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
  readonly cacheMark?: CacheMark | undefined
}

export interface CacheMark {
  readonly options: ProviderOptions
  readonly minimum: number
  /** The characters at the beginning of the texts that other requests share, if a text may be divided there. */
  readonly sharedPrefix: number
}

/** Converts messages to the prompt of the specifications v2 and v3. @throws MAESTRO_AI_SDK_MEDIA, MAESTRO_MEDIA_* */
export async function toPrompt(messages: readonly Message[], settings: PromptSettings): Promise<Turn[]> {
  const turns = await allOf(messages.map((message) => toTurn(message, settings)))
  const { cacheMark } = settings
  return cacheMark === undefined ? turns : withCacheMarks(turns, messages, cacheMark)
}

/** Marks the turns before the question, and the part of the question that other requests share. */
function withCacheMarks(
  turns: readonly Turn[],
  messages: readonly Message[],
  { options, minimum, sharedPrefix }: CacheMark,
): Turn[] {
  const question = messages.findLastIndex(({ role }) => role === 'user')
  const fixed = question - 1
  const isLong = fixed >= 0 && tokensOf(messages.slice(0, question)) >= minimum
  const before = messages.slice(0, Math.max(0, question)).reduce((sum, message) => sum + textOf(message).length, 0)
  return turns.map((turn, index) => {
    if (index === fixed && isLong) return { ...turn, providerOptions: options }
    if (index !== question || turn.role !== 'user') return turn
    const [first, ...rest] = turn.content
    const parts = first?.type === 'text' ? divided(first.text, sharedPrefix - before, options) : undefined
    return parts === undefined ? turn : { ...turn, content: [...parts, ...rest] }
  })
}

/** The two parts of a text, the first of which is marked. Undefined if the text does not reach that far. */
function divided(text: string, at: number, providerOptions: ProviderOptions): readonly TextPart[] | undefined {
  if (at <= 0 || at > text.length) return undefined
  const rest = text.slice(at)
  const marked: TextPart = { type: 'text', text: text.slice(0, at), providerOptions }
  return rest === '' ? [marked] : [marked, { type: 'text', text: rest }]
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

function toTurn({ role, content }: Message, settings: PromptSettings): Turn | Promise<Turn> {
  const parts: readonly ContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  if (role === 'user') {
    const read = allOf<TextPart | FilePart>(parts.map((part) => toPart(part, settings)))
    return Array.isArray(read) ? { role, content: read } : read.then((content) => ({ role, content }))
  }
  const texts = parts.map((part): TextPart => {
    if (part.type !== 'text') throw aiSdkError('MAESTRO_AI_SDK_MEDIA', { model: settings.model, type: part.type })
    return { type: 'text', text: part.text.toWellFormed() }
  })
  return role === 'system'
    ? { role, content: texts.map(({ text }) => text).join('') }
    : { role: 'assistant', content: texts }
}

/** Only media have to be waited for. */
function allOf<Value extends object>(values: readonly (Value | Promise<Value>)[]): Value[] | Promise<Value[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as Value[])
}

function toPart(part: ContentPart, settings: PromptSettings): TextPart | Promise<FilePart> {
  return part.type === 'text' ? { type: 'text', text: part.text.toWellFormed() } : toFilePart(part, settings)
}

async function toFilePart(part: MediaPart, { model, accepts, access }: PromptSettings): Promise<FilePart> {
  if (!accepts[part.type]) throw aiSdkError('MAESTRO_AI_SDK_MEDIA', { model, type: part.type })
  const { data, mediaType, name } = await readMedia(part, access)
  const filename = name === undefined ? {} : { filename: name }
  return { type: 'file', mediaType, data, ...filename }
}

const tokensOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0)

const textOf = ({ content }: Message): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
