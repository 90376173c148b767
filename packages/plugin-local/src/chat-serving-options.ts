import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'

const positive = z.number().int().positive()

/** Options of `local.chat`. */
export const localChatOptions = z.strictObject({
  /** A name of the model table, the path of a .gguf file, or `hf:owner/repository/path/file.gguf` on the Hugging Face hub. */
  model: z.string(),
  /** Tokens of prompt and answer together, for each call. @default 2048 */
  contextTokens: positive.optional(),
  /** Calls that are worked on at once. @default 4 */
  sequences: positive.optional(),
  /** With all cores, any other busy process slows the model down many times. @default cores - 1, at least 1 */
  threads: positive.optional(),
  /** 0 is greedy. @default 0 */
  temperature: z.number().nonnegative().optional(),
  /** Only the most likely tokens that together reach this probability. Greedy answers do not use it. @default 0.95 */
  topP: z.number().positive().max(1).optional(),
  /** Only so many of the most likely tokens. Greedy answers do not use it. @default 40 */
  topK: positive.optional(),
  /** The same seed gives the same answer. @default 0 */
  seed: z.number().int().nonnegative().optional(),
  /** Texts that end the answer. */
  stop: z.array(z.string().min(1)).optional(),
  /** Tokens of an answer at most. @default 256 */
  maxTokens: positive.optional(),
  /** How long one call may take, without loading and waiting for a free sequence. @default '2m' */
  timeout: duration().optional(),
})

export type LocalChatOptions = z.input<typeof localChatOptions>
