import { z } from 'zod'

const positive = z.number().int().positive()

/** Options of `local.chat`. */
export const localChatOptions = z.strictObject({
  /** A name of the model table, or the path of a .gguf file. */
  model: z.string(),
  /** Tokens of prompt and answer together, for each call. @default 2048 */
  contextTokens: positive.optional(),
  /** Calls that are worked on at once. @default 4 */
  sequences: positive.optional(),
  /** @default cores - 1, at least 1 */
  threads: positive.optional(),
  /** 0 is greedy. @default 0 */
  temperature: z.number().nonnegative().optional(),
  seed: z.number().int().optional(),
  /** Tokens of an answer at most. @default 256 */
  maxTokens: positive.optional(),
  /** Milliseconds for one call. @default 120000 */
  timeout: positive.optional(),
})

export type LocalChatOptions = z.infer<typeof localChatOptions>
