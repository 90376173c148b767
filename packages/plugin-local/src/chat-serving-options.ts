import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'

const positive = z.number().int().positive()

/** The options of `local.chat`. */
export const localChatOptions = z.strictObject({
  /**
   * A name of the model table, the path of a .gguf file, or `hf:owner/repository/path/file.gguf` on the Hugging Face
   * hub.
   */
  model: z.string(),
  /** The maximum tokens of prompt and answer together, for each call. @default 2048 */
  contextTokens: positive.optional(),
  /** The number of concurrent calls. @default 4 */
  sequences: positive.optional(),
  /**
   * The number of threads. With all cores, any other busy process slows the model down severely. @default cores - 1, at
   * least 1
   */
  threads: positive.optional(),
  /** 0 always chooses the most likely token. @default 0 */
  temperature: z.number().nonnegative().optional(),
  /**
   * Samples from the most likely tokens whose probabilities add up to this value. Temperature 0 ignores it. @default
   * 0.95
   */
  topP: z.number().positive().max(1).optional(),
  /** Samples from this number of the most likely tokens. Temperature 0 ignores it. @default 40 */
  topK: positive.optional(),
  /** The same seed gives the same answer. @default 0 */
  seed: z.number().int().nonnegative().optional(),
  /** Texts that end the answer. */
  stop: z.array(z.string().min(1)).optional(),
  /** The maximum tokens of an answer. @default 256 */
  maxTokens: positive.optional(),
  /** The time-out of one call, without the time for loading and for waiting for a free sequence. @default '2m' */
  timeout: duration().optional(),
})

/** The options of `local.chat`. */
export type LocalChatOptions = z.input<typeof localChatOptions>
