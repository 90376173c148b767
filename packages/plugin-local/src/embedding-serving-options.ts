import { z } from 'zod'

const positive = z.number().int().positive()

export const defaultEmbeddingModel = 'all-MiniLM-L6-v2'

/** The options of `local.embeddings`. */
export const localEmbeddingOptions = z.strictObject({
  /**
   * A name of the model table; `hf:owner/repository` on the Hugging Face hub; the path of a folder with an ONNX model,
   * or of its .onnx file. @default 'all-MiniLM-L6-v2'
   */
  model: z.string().default(defaultEmbeddingModel),
  /**
   * How the vectors of a text's tokens become one: their mean, or the first one. @default as the model's files state,
   * else 'mean'
   */
  pooling: z.enum(['mean', 'cls']).optional(),
  /**
   * Whether to normalize each vector to length 1, so that the dot product of two vectors is their similarity. @default
   * true
   */
  normalize: z.boolean().optional(),
  /**
   * The maximum tokens of a text; a longer text is cut and reported. @default the length on which the model was trained
   */
  contextTokens: positive.optional(),
  /** The number of cores. @default all */
  threads: positive.optional(),
  /** The maximum number of texts in one call. @default 256 */
  batchSize: positive.optional(),
})

/** The options of `local.embeddings`. */
export type LocalEmbeddingOptions = z.input<typeof localEmbeddingOptions>
