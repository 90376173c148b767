import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

const positive = z.number().int().positive()

/** The options of `openai.embeddings`. */
export const openaiEmbeddingOptions = z
  .strictObject({
    ...connectionOptions,
    /** The length of the vectors, for models that can shorten them. @default the model's own */
    dimensions: positive.optional(),
    /** The maximum number of texts in one call. @default by the host: 64 for an unknown one */
    batchSize: positive.optional(),
    /** The maximum tokens of all texts in one call. @default by the host: no limit for an unknown one */
    maxBatchTokens: positive.optional(),
  })
  .refine(...oneAddress)

/** The options of `openai.embeddings`. */
export type OpenAIEmbeddingOptions = z.infer<typeof openaiEmbeddingOptions>
