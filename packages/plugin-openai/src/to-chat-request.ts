import { type CallOptions, type LLMRequest, type Message, withoutOmitted } from '@maestro-dataflow/core'
import { type AnswerSchema, toAnswerSchema } from './answer-schema.js'
import type { BodyMessage, ChatBody } from './chat-body.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'
import { openaiError } from './errors.js'
import type { HostFacts, JsonMode } from './hosts.js'
import { type MediaSettings, toContentPart } from './to-content-part.js'

/** The settings of a request, besides the request itself. */
export interface ChatSettings {
  readonly model: string
  readonly defaults: Pick<
    OpenAIChatOptions,
    | 'temperature'
    | 'topP'
    | 'topK'
    | 'seed'
    | 'stop'
    | 'maxTokens'
    | 'reasoningEffort'
    | 'stream'
    | 'tier'
    | 'promptCacheRetention'
  >
  readonly jsonMode: JsonMode
  readonly wholeSchemas: boolean
  readonly maxTokensParameter: HostFacts['maxTokensParameter']
  readonly media: MediaSettings
}

/** A request in the server's form, and the schema of its answer. */
export interface ChatRequest {
  readonly body: ChatBody
  readonly answer: AnswerSchema | undefined
}

/** The maximum tokens by the name that a server knows, if it has refused the other one. */
const otherName = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' } as const

/** @throws MAESTRO_OPENAI_MEDIA, _MEDIA_ROLE, _AUDIO, _IMAGE, _SHARP_MISSING, MAESTRO_MEDIA_* */
export async function toChatRequest(
  request: LLMRequest,
  settings: ChatSettings,
  { onText, omit = [] }: Pick<CallOptions, 'onText' | 'omit'> = {},
): Promise<ChatRequest> {
  const { jsonMode, media, model } = settings
  const defaults = withoutOmitted(settings.defaults, omit)
  const { temperature, topP, topK, seed, stop, maxTokens } = { ...defaults, ...withoutUndefined(request) }
  const maxTokensName = omit.includes('maxTokens')
    ? otherName[settings.maxTokensParameter]
    : settings.maxTokensParameter
  const { schema, json = schema !== undefined, logprobs } = request
  const answer =
    schema !== undefined && jsonMode === 'schema' ? toAnswerSchema(schema, settings.wholeSchemas) : undefined
  const body: ChatBody = {
    model,
    messages: await Promise.all(request.messages.map((message) => toMessage(message, media))),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
    ...(maxTokens === undefined ? {} : { [maxTokensName]: maxTokens }),
    ...(defaults.reasoningEffort === undefined ? {} : { reasoning_effort: defaults.reasoningEffort }),
    ...(defaults.tier === undefined ? {} : { service_tier: defaults.tier === 'standard' ? 'default' : defaults.tier }),
    ...(defaults.promptCacheRetention === undefined ? {} : { prompt_cache_retention: defaults.promptCacheRetention }),
    ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs }),
    ...(defaults.stream === true || onText !== undefined
      ? { stream: true, ...(omit.includes('streamOptions') ? {} : { stream_options: { include_usage: true } }) }
      : {}),
    ...(answer !== undefined
      ? {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'answer', schema: answer.schema, strict: answer.strict },
          },
        }
      : jsonMode === 'object' && json
        ? { response_format: { type: 'json_object' } }
        : {}),
  }
  return { body, answer }
}

async function toMessage({ role, content }: Message, media: MediaSettings): Promise<BodyMessage> {
  if (typeof content === 'string') return { role, content: content.toWellFormed() }
  // Not every server accepts lists, and none needs them for text.
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  if (texts.length === content.length) return { role, content: texts.join('\n').toWellFormed() }
  const other = content.find(({ type }) => type !== 'text')
  if (role !== 'user') throw openaiError('MAESTRO_OPENAI_MEDIA_ROLE', { role, type: other?.type ?? '' })
  return { role, content: await Promise.all(content.map((part) => toContentPart(part, media))) }
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Value
}
