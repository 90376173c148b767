import { z } from 'zod'
import { ollamaModelOptions } from './model-options.js'

const positive = z.number().int().positive()

/** The options of `ollama.embeddings`. */
export const ollamaEmbeddingOptions = ollamaModelOptions.extend({
  /** The length of the vectors, for models that support shorter ones. @default the model's */
  dimensions: positive.optional(),
  /** The maximum number of texts in one call. @default 32 */
  batchSize: positive.optional(),
  /** What happens to a text that exceeds the model's context: an error, or it is cut and reported. @default 'fail' */
  tooLong: z.enum(['fail', 'cut']).optional(),
})

/** The options of `ollama.embeddings`. */
export type OllamaEmbeddingOptions = z.input<typeof ollamaEmbeddingOptions>
