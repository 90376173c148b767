import { z } from 'zod'
import { ollamaModelOptions } from './model-options.js'

const positive = z.number().int().positive()

/** The options of `ollama.chat`. */
export const ollamaChatOptions = ollamaModelOptions.extend({
  /** 0 always chooses the most likely token. @default the model's */
  temperature: z.number().nonnegative().optional(),
  /** Samples from the most likely tokens whose probabilities add up to this value. @default the model's */
  topP: z.number().positive().max(1).optional(),
  /** Samples from this number of the most likely tokens. @default the model's */
  topK: positive.optional(),
  /** The same seed gives the same answer. @default a different one for each call */
  seed: z.number().int().nonnegative().optional(),
  /** The maximum tokens of an answer. @default what `contextTokens` leaves */
  maxTokens: positive.optional(),
  /** Texts that end the answer. */
  stop: z.array(z.string().min(1)).optional(),
  /**
   * Whether, or how much, a reasoning model reasons before it answers. Its reasoning is not part of the answer.
   * @default the model's
   */
  reasoningEffort: z.union([z.boolean(), z.enum(['low', 'medium', 'high'])]).optional(),
  /** Whether the model accepts images. @default the server is asked when the first image arrives */
  images: z.boolean().optional(),
})

/** The options of `ollama.chat`. */
export type OllamaChatOptions = z.input<typeof ollamaChatOptions>
