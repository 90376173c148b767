import { z } from 'zod'
import type { EmbeddingModel } from './load-model.js'
import { isModel, namedModel, providerOptions } from './provider-options.js'

const settings = {
  /** What the provider receives with every request, by its name, such as `{ google: { taskType: '...' } }`. */
  providerOptions,
  /** The maximum number of texts in one call. @default the provider's, or 64 */
  batchSize: z.number().int().positive().optional(),
}

/** The settings of a model that was created in code. */
export const embeddingSettings = z.strictObject(settings)

const given = z.strictObject({
  /** A model that was created in code. */
  model: z.custom<EmbeddingModel>(
    (value) => isModel(value, 'doEmbed'),
    'must be an embedding model of the AI SDK, or the name of a model with its `provider`',
  ),
  ...settings,
})

const named = z.strictObject({ ...namedModel, ...settings })

/** The options of `ai-sdk.embeddings`. */
export const aiSdkEmbeddingsOptions = z.union([named, given])

/** The options of `ai-sdk.embeddings`. */
export type AISDKEmbeddingsOptions = z.input<typeof aiSdkEmbeddingsOptions>
/** The settings of an embedding serving that is created from a model of the AI SDK. */
export type EmbeddingSettings = z.output<typeof embeddingSettings>
export type NamedEmbeddingOptions = z.output<typeof named>
