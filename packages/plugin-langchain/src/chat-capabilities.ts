import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { LLMCapabilities } from '@maestro-dataflow/core'
import type { GivenChatModel, NamedChatModel } from './chat-serving-options.js'
import { unsupportedSettingsOf } from './sampling.js'

/** What a chat model says that it can do, where the options do not say otherwise. */
export function capabilitiesOf(model: BaseChatModel, options: Omit<GivenChatModel, 'model'>): LLMCapabilities {
  const { structuredOutput, toolCalling, imageInputs, audioInputs, maxInputTokens } = model.profile
  return {
    jsonSchema: options.structuredOutput ?? (structuredOutput || (toolCalling ?? model.bindTools !== undefined)),
    images: options.images ?? imageInputs ?? true,
    audio: options.audio ?? audioInputs ?? false,
    ...(maxInputTokens === undefined ? {} : { contextTokens: maxInputTokens }),
    unsupportedSettings: unsupportedSettingsOf(model),
  }
}

/** Nothing is known of a class before it is imported; most providers' packages can do both. */
export function capabilitiesOfNamed({
  structuredOutput = true,
  images = true,
  audio = false,
}: NamedChatModel): LLMCapabilities {
  return { jsonSchema: structuredOutput, images, audio }
}
