import type { EmbeddingServing } from '@maestro-dataflow/core'
import { boundedCall } from '../scripted/bounded-call.js'
import { aWhile } from './a-while.js'

/** A model that takes its time for some calls. */
export function slowly(model: EmbeddingServing, isSlow: (texts: readonly string[]) => boolean): EmbeddingServing {
  return {
    ...model,
    embed: (texts, options = {}) =>
      boundedCall(model.name, options, async () => {
        if (isSlow(texts)) await aWhile()
        return model.embed(texts)
      }),
  }
}
