import { type EmbeddingServing, boundedCall } from '@maestro-dataflow/core'
import { aWhile } from './a-while.js'

/** A model that takes its time for some calls. */
export function slowly(model: EmbeddingServing, isSlow: (texts: readonly string[]) => boolean): EmbeddingServing {
  return {
    ...model,
    embed: (texts, options = {}) =>
      boundedCall({ serving: model.name, ...options }, async () => {
        if (isSlow(texts)) await aWhile()
        return model.embed(texts)
      }),
  }
}
