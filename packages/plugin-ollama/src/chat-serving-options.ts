import { z } from 'zod'
import { ollamaModelOptions } from './model-options.js'

const positive = z.number().int().positive()

/** Options of `ollama.chat`. */
export const ollamaChatOptions = ollamaModelOptions.extend({
  /** 0 is greedy. @default the model's */
  temperature: z.number().nonnegative().optional(),
  /** Only the most likely tokens that together reach this probability. @default the model's */
  topP: z.number().positive().max(1).optional(),
  /** Only so many of the most likely tokens. @default the model's */
  topK: positive.optional(),
  /** The same seed gives the same answer. @default another one for each call */
  seed: z.number().int().nonnegative().optional(),
  /** Tokens of an answer at most. @default as many as `contextTokens` leaves */
  maxTokens: positive.optional(),
  /** Texts that end the answer. */
  stop: z.array(z.string().min(1)).optional(),
  /** Whether, or how much, a reasoning model thinks before it answers. Its thoughts are not part of the answer. @default the model's */
  reasoningEffort: z.union([z.boolean(), z.enum(['low', 'medium', 'high'])]).optional(),
  /** Whether the model takes images. @default the server is asked when the first image comes */
  images: z.boolean().optional(),
})

export type OllamaChatOptions = z.input<typeof ollamaChatOptions>
