import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { z } from 'zod'
import { hasMethod } from './has-method.js'

/** What a LangChain class is made from when it is named instead of given. */
export const exportFields = {
  /** The module that exports the class, such as `@langchain/openai`, or a file relative to the config. */
  from: z.string().min(1),
  /** The name of the class in it, such as `ChatOpenAI`. */
  export: z.string().min(1),
}

/** The single argument of the class's constructor. Values may come from the environment. */
export const constructorOptions = z.record(z.string(), z.unknown()).default({})

const common = {
  /**
   * Whether the model itself is held to a schema, by `withStructuredOutput`; else it is asked in words and its answer
   * checked. @default whether it can, as far as it says
   */
  structuredOutput: z.boolean().optional(),
  /** Whether the model sees images. @default what its profile says, else true */
  images: z.boolean().optional(),
  /** Whether it hears recordings. @default what its profile says, else false */
  audio: z.boolean().optional(),
}

const given = z.strictObject({
  /** The model itself, made in code. */
  model: z.custom<BaseChatModel>(isChatModel, 'a chat model of LangChain is expected, or `from` and `export`'),
  ...common,
})

const named = z.strictObject({ ...exportFields, options: constructorOptions, ...common })

/** Options of `langchain.chat`. */
export const langchainChatOptions = z.union([named, given])

export type LangChainChatOptions = z.input<typeof langchainChatOptions>
export type NamedChatModel = z.output<typeof named>
export type GivenChatModel = z.output<typeof given>

export function isChatModel(value: unknown): value is BaseChatModel {
  return hasMethod(value, 'invoke') && hasMethod(value, '_llmType') && hasMethod(value, 'withStructuredOutput')
}
