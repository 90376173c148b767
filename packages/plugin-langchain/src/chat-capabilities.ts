import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { LLMCapabilities } from '@maestro-dataflow/core'
import type { GivenChatModel, NamedChatModel } from './chat-serving-options.js'
import { unsupportedSettingsOf } from './sampling.js'

/** The capabilities of a chat model, if the options do not state them. */
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

/** Nothing is known about a class before it is imported. The packages of most providers support both. */
export function capabilitiesOfNamed({
  structuredOutput = true,
  images = true,
  audio = false,
}: NamedChatModel): LLMCapabilities {
  return { jsonSchema: structuredOutput, images, audio }
}
