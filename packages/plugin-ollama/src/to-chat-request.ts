import { crc32 } from 'node:zlib'
import { type LLMRequest, type MediaPart, type Message, readMedia, toGrammarSchema } from '@maestro-dataflow/core'
import type { ChatRequest, Message as OllamaMessage } from 'ollama'
import type { OllamaChatOptions } from './chat-serving-options.js'
import { ollamaError } from './errors.js'
import { keepAliveOf } from './model-options.js'

/** A chat request on the wire. The library's type does not include `truncate` and `shift` yet. */
export type WireChatRequest = ChatRequest & {
  readonly stream: true
  /** Makes a prompt that is too long an error instead of cutting it. Servers before 0.12 ignore it. */
  readonly truncate: false
  /** Ends an answer that fills the context, instead of discarding its question to continue. */
  readonly shift: false
}

/** The settings of a request besides the request itself. */
export interface ChatSettings {
  readonly options: OllamaChatOptions
  readonly contextTokens: number
  /** The texts that end an answer, from the model's own file. */
  readonly stop: readonly string[]
  readonly signal: AbortSignal | undefined
}

/**
 * Converts a request to Ollama's form. The request's own sampling options take precedence over the config's.
 *
 * @throws MAESTRO_OLLAMA_MEDIA for parts other than texts and images, MAESTRO_MEDIA_* for images that cannot be read
 */
export async function toChatRequest(
  request: LLMRequest,
  { options, contextTokens, stop, signal }: ChatSettings,
): Promise<WireChatRequest> {
  const { temperature, topP, topK, seed, maxTokens, stop: ownStop } = { ...options, ...withoutUndefined(request) }
  const { keepAlive, model, reasoningEffort } = options
  const { logprobs, sample = 0, schema, json = false } = request
  const format = schema === undefined ? (json ? 'json' : undefined) : toGrammarSchema(schema)
  return {
    model,
    messages: await Promise.all(request.messages.map((message) => toMessage(message, model, signal))),
    stream: true,
    truncate: false,
    shift: false,
    ...(format === undefined ? {} : { format }),
    ...(keepAlive === undefined ? {} : { keep_alive: keepAliveOf(keepAlive) }),
    ...(reasoningEffort === undefined ? {} : { think: reasoningEffort }),
    ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs }),
    options: {
      num_ctx: contextTokens,
      // Ollama's own limit is ten times the context.
      num_predict: Math.min(maxTokens ?? contextTokens, contextTokens),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(topK === undefined ? {} : { top_k: topK }),
      ...(seed === undefined ? {} : { seed: seedOf(seed, sample) }),
      ...(ownStop === undefined ? {} : { stop: [...stop, ...ownStop] }),
    },
  }
}

/** The same seed for another answer to the same question would give the same answer. */
function seedOf(seed: number, sample: number | string): number {
  return (seed + (typeof sample === 'number' ? sample : crc32(sample))) % 2 ** 31
}

async function toMessage(
  { role, content }: Message,
  model: string,
  signal: AbortSignal | undefined,
): Promise<OllamaMessage> {
  if (typeof content === 'string') return { role, content }
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const media = content.filter((part) => part.type !== 'text')
  const images = await Promise.all(media.map((part) => readImage(part, model, signal)))
  return { role, content: texts.join('\n'), ...(images.length === 0 ? {} : { images }) }
}

async function readImage(part: MediaPart, model: string, signal: AbortSignal | undefined): Promise<string> {
  if (part.type !== 'image') throw ollamaError('MAESTRO_OLLAMA_MEDIA', { model, type: part.type })
  const { data } = await readMedia(part, { signal })
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

/** An undefined property must not hide a default. */
function withoutUndefined<Given extends object>(given: Given): Partial<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Given>
}
