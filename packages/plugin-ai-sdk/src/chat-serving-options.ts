import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { LanguageModel } from './load-model.js'
import { isModel, namedModel, providerOptions } from './provider-options.js'

const settings = {
  /** 0 always chooses the most likely token. @default the provider's */
  temperature: z.number().nonnegative().optional(),
  topP: z.number().positive().max(1).optional(),
  topK: z.number().int().positive().optional(),
  seed: z.number().int().optional(),
  /** Texts that end the answer. */
  stop: z.array(z.string().min(1)).optional(),
  /** The maximum tokens of an answer, including reasoning. @default the provider's */
  maxTokens: z.number().int().positive().optional(),
  /** How much a reasoning model reasons. Providers of specification v4 map it to their own setting. @default the provider's */
  reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  /**
   * The service tier, for providers that have one: OpenAI, Google, Groq, Bedrock, xAI, Anthropic. A request in `flex`
   * that is refused or that takes longer than `flexTimeout` is sent again in the standard tier. @default the provider's
   */
  tier: z.enum(['auto', 'standard', 'flex', 'priority']).optional(),
  /** How long a request in the tier `flex` may take: at most half of the time-out of an attempt. @default '5m' */
  flexTimeout: duration().optional(),
  /** What the provider receives with every request, by its name, such as `{ anthropic: { thinking: { ... } } }`. */
  providerOptions,
  /**
   * Whether the start of the prompt is marked for the provider's prefix cache: up to the last user message, and within it
   * the text that other requests share. Anthropic and Bedrock need such marks; other providers cache on their own.
   * @default true for Anthropic, if that part is estimated at 1,024 tokens or more
   */
  cachePrompt: z.boolean().optional(),
  /** Whether the provider enforces a JSON schema; otherwise, the prompt describes the schema. @default true */
  structuredOutput: z.boolean().optional(),
  /** Whether the model accepts images. @default true */
  images: z.boolean().optional(),
  /** Whether the model accepts recordings. @default false */
  audio: z.boolean().optional(),
  /** Whether the model accepts files, such as PDF documents. @default true */
  files: z.boolean().optional(),
  /** The maximum tokens of prompt and answer together, if known. */
  contextTokens: z.number().int().positive().optional(),
}

/** The settings of a model that was created in code. */
export const chatSettings = z.strictObject(settings)

const given = z.strictObject({
  /** A model that was created in code, such as `anthropic('claude-sonnet-4-5')`. */
  model: z.custom<LanguageModel>(
    (value) => isModel(value, 'doGenerate'),
    'must be a language model of the AI SDK, or the name of a model with its `provider`',
  ),
  ...settings,
})

const named = z.strictObject({ ...namedModel, ...settings })

/** The options of `ai-sdk.chat`. */
export const aiSdkChatOptions = z.union([named, given])

/** The options of `ai-sdk.chat`. */
export type AISDKChatOptions = z.input<typeof aiSdkChatOptions>
/** The settings of a chat serving that is created from a model of the AI SDK. */
export type ChatSettings = z.output<typeof chatSettings>
export type NamedChatOptions = z.output<typeof named>
