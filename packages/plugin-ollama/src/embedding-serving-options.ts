import { z } from 'zod'
import { ollamaModelOptions } from './model-options.js'

const positive = z.number().int().positive()

/** Options of `ollama.embeddings`. */
export const ollamaEmbeddingOptions = ollamaModelOptions.extend({
  /** Length of the vectors, of models that can give shorter ones. @default the model's */
  dimensions: positive.optional(),
  /** Texts in one call at most. @default 32 */
  batchSize: positive.optional(),
  /** What becomes of a text that is longer than the model reads: an error, or it is cut and reported. @default 'fail' */
  tooLong: z.enum(['fail', 'cut']).optional(),
})

export type OllamaEmbeddingOptions = z.input<typeof ollamaEmbeddingOptions>
