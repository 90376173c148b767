import { type LLMCapabilities, refusedByOpenAI, type Sampling } from '@maestro-dataflow/core'
import type { OpenAIChatOptions } from './chat-serving-options.js'
import { factsOf, isOpenAI, type JsonMode } from './hosts.js'
import { retirementOf } from './prices.js'

/** Names of models that accept images, of OpenAI and of others. */
const seeing =
  /^(chatgpt-4o|gpt-4o|gpt-4\.\d|gpt-4-turbo|gpt-[5-9]|o1|o3|o4)|vision|[-_]vl\b|qwen.*vl|llava|pixtral|gemma-?3|gemini|minicpm-v|moondream/i
/** Exceptions that do not accept images. */
const blind = /^(o1-mini|o1-preview|o3-mini|gpt-4-turbo-preview)|audio|transcribe|tts/i
const hearing = /audio|omni/i

/** The capabilities of a model with these options, by its host, its name, and the options. */
export function chatCapabilities(options: OpenAIChatOptions): LLMCapabilities {
  const { model, capabilities: { images, audio, contextTokens } = {} } = options
  const isOwn = options.azure === undefined && isOpenAI(addressOf(options))
  const retires = isOwn ? retirementOf(model) : undefined
  return {
    jsonSchema: jsonModeOf(options) === 'schema',
    images: images ?? (seeing.test(model) && !blind.test(model)),
    audio: audio ?? hearing.test(model),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    unsupportedSettings: unsupportedSettingsOf(options),
    ...(retires === undefined ? {} : { retires }),
  }
}

/** OpenAI and Azure refuse a request with an unknown setting; other servers ignore it. */
function unsupportedSettingsOf({ model, reasoningEffort, ...address }: OpenAIChatOptions): readonly (keyof Sampling)[] {
  if (address.azure === undefined && !isOpenAI(addressOf(address))) return []
  return refusedByOpenAI(model, reasoningEffort)
}

export function jsonModeOf({ jsonMode, ...address }: OpenAIChatOptions): JsonMode {
  return jsonMode ?? factsOf(addressOf(address)).jsonMode
}

function addressOf({ baseUrl, azure }: Pick<OpenAIChatOptions, 'baseUrl' | 'azure'>): URL {
  return new URL(azure?.endpoint ?? baseUrl ?? 'https://api.openai.com/v1')
}
