import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

const positive = z.number().int().positive()

/** Options of `openai.embeddings`. */
export const openaiEmbeddingOptions = z
  .strictObject({
    ...connectionOptions,
    /** Length of the vectors, for models that can shorten them. @default the model's own */
    dimensions: positive.optional(),
    /** Texts that one call takes. @default by the host: 64 where it is not known */
    batchSize: positive.optional(),
    /** Tokens that one call takes, of all texts together. @default by the host: no bound where it is not known */
    maxBatchTokens: positive.optional(),
  })
  .refine(...oneAddress)

export type OpenAIEmbeddingOptions = z.infer<typeof openaiEmbeddingOptions>
