import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddingServing } from '@maestro-dataflow/core'
import { boundedCall } from '../scripted/bounded-call.js'

/** A model that takes its time for some calls: long enough for a signal to come in between. */
export function slowly(model: EmbeddingServing, isSlow: (texts: readonly string[]) => boolean): EmbeddingServing {
  return {
    ...model,
    embed: (texts, options = {}) =>
      boundedCall(model.name, options, async () => {
        if (isSlow(texts)) await sleep(20)
        return model.embed(texts)
      }),
  }
}
