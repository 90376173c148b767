import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { type LLMCapabilities, refusedByOpenAI, type Sampling } from '@maestro-dataflow/core'
import type { GivenChatModel, NamedChatModel } from './chat-serving-options.js'
import { addressOf } from './model-facts.js'
import { ownSettingsOf, unsupportedSettingsOf } from './sampling.js'

/** The capabilities of a chat model, if the options do not state them. */
export function capabilitiesOf(model: BaseChatModel, options: Omit<GivenChatModel, 'model'>): LLMCapabilities {
  const { structuredOutput, toolCalling, imageInputs, audioInputs, maxInputTokens } = model.profile
  return {
    jsonSchema: options.structuredOutput ?? (structuredOutput || (toolCalling ?? model.bindTools !== undefined)),
    images: options.images ?? imageInputs ?? true,
    audio: options.audio ?? audioInputs ?? false,
    ...(maxInputTokens === undefined ? {} : { contextTokens: maxInputTokens }),
    unsupportedSettings: [...new Set([...unsupportedSettingsOf(model), ...refusedByProvider(model)])],
  }
}

/** Little is known about a class before it is imported. The packages of most providers support schemas and images. */
export function capabilitiesOfNamed({
  from,
  export: name,
  options,
  structuredOutput = true,
  images = true,
  audio = false,
}: NamedChatModel): LLMCapabilities {
  const unsupportedSettings =
    from === '@langchain/openai' && name === 'ChatOpenAI' ? refusedByAddress(options, addressIn(options)) : []
  return { jsonSchema: structuredOutput, images, audio, unsupportedSettings }
}

function refusedByProvider(model: BaseChatModel): readonly (keyof Sampling)[] {
  return model.getName() === 'ChatOpenAI' ? refusedByAddress(model, addressOf(model)) : []
}

/** What OpenAI refuses; another server with its API has models of its own. */
function refusedByAddress(fields: object, address: string | undefined): readonly (keyof Sampling)[] {
  const given: unknown = Reflect.get(fields, 'model') ?? Reflect.get(fields, 'modelName')
  const isOpenAI = address === undefined || URL.parse(address)?.hostname === 'api.openai.com'
  return isOpenAI && typeof given === 'string' ? refusedByOpenAI(given, effortOf(fields)) : []
}

function effortOf(fields: object): unknown {
  const { reasoningEffort } = ownSettingsOf(fields)
  return typeof reasoningEffort === 'object' && reasoningEffort !== null
    ? Reflect.get(reasoningEffort, 'effort')
    : reasoningEffort
}

function addressIn(options: object): string | undefined {
  const configuration: unknown = Reflect.get(options, 'configuration')
  return addressOf({ clientConfig: configuration })
}
