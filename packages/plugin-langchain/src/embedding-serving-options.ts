import type { Embeddings } from '@langchain/core/embeddings'
import { z } from 'zod'
import { constructorOptions, exportFields } from './chat-serving-options.js'
import { hasMethod } from './has-method.js'

export const batchSizeOption = z.number().int().positive().optional()

const given = z.strictObject({
  /** An embedding model that was created in code. */
  model: z.custom<Embeddings>(isEmbeddings, 'an embedding model of LangChain is expected, or `from` and `export`'),
  /** The maximum number of texts in one call. @default as the model states, else 64 */
  batchSize: batchSizeOption,
})

const named = z.strictObject({ ...exportFields, options: constructorOptions, batchSize: batchSizeOption })

/** The options of `langchain.embeddings`. */
export const langchainEmbeddingsOptions = z.union([named, given])

/** The options of `langchain.embeddings`. */
export type LangChainEmbeddingsOptions = z.input<typeof langchainEmbeddingsOptions>
export type NamedEmbeddings = z.output<typeof named>

export function isEmbeddings(value: unknown): value is Embeddings {
  return hasMethod(value, 'embedDocuments') && hasMethod(value, 'embedQuery')
}
