import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { z } from 'zod'
import { hasMethod } from './has-method.js'

/** A LangChain class by its name, with its arguments. */
export const exportFields = {
  /** The module that exports the class, such as `@langchain/openai`, or a file relative to the config. */
  from: z.string().min(1),
  /** The name of the class in the module, such as `ChatOpenAI`. */
  export: z.string().min(1),
}

/** The single argument of the class's constructor. Values may come from the environment. */
export const constructorOptions = z.record(z.string(), z.unknown()).default({})

/** What a model does not state itself. */
export const chatModelSettings = {
  /**
   * Whether the model supports schemas natively, by `withStructuredOutput`; otherwise, the prompt describes the schema,
   * and the answer is checked. @default as the model states
   */
  structuredOutput: z.boolean().optional(),
  /** Whether the model accepts images. @default as its profile states, else true */
  images: z.boolean().optional(),
  /** Whether the model accepts recordings. @default as its profile states, else false */
  audio: z.boolean().optional(),
}

const price = z.number().nonnegative().optional()

/** The facts about a model that was created in code, for the serving plane. */
export const givenFacts = {
  name: z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  price: z.looseObject({ input: z.number().nonnegative(), output: price, cachedInput: price }).optional(),
}

const given = z.strictObject({
  /** A model that was created in code. */
  model: z.custom<BaseChatModel>(isChatModel, 'a chat model of LangChain is expected, or `from` and `export`'),
  ...chatModelSettings,
})

const named = z.strictObject({ ...exportFields, options: constructorOptions, ...chatModelSettings })

/** The options of `langchain.chat`. */
export const langchainChatOptions = z.union([named, given])

/** The options of `langchain.chat`. */
export type LangChainChatOptions = z.input<typeof langchainChatOptions>
export type NamedChatModel = z.output<typeof named>
export type GivenChatModel = z.output<typeof given>

export function isChatModel(value: unknown): value is BaseChatModel {
  return hasMethod(value, 'invoke') && hasMethod(value, '_llmType') && hasMethod(value, 'withStructuredOutput')
}
