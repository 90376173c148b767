import { z } from 'zod'

const positive = z.number().int().positive()

export const defaultEmbeddingModel = 'all-MiniLM-L6-v2'

/** Options of `local.embeddings`. */
export const localEmbeddingOptions = z.strictObject({
  /**
   * A name of the model table; `hf:owner/repository` on the Hugging Face hub; the path of a folder with an ONNX model,
   * or of its .onnx file. @default 'all-MiniLM-L6-v2'
   */
  model: z.string().default(defaultEmbeddingModel),
  /** How the vectors of a text's tokens become one: their mean, or the first one. @default what the model's files say, else 'mean' */
  pooling: z.enum(['mean', 'cls']).optional(),
  /** Brings each vector to length 1, so that their dot product is their similarity. @default true */
  normalize: z.boolean().optional(),
  /** Tokens of a text that are read; what is beyond is cut, and reported. @default what the model was trained on */
  contextTokens: positive.optional(),
  /** Cores to work on. @default all */
  threads: positive.optional(),
  /** Texts of one call at most. @default 256 */
  batchSize: positive.optional(),
})

export type LocalEmbeddingOptions = z.input<typeof localEmbeddingOptions>
