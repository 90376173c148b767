import { type EmbeddingServing, EnhancedEmbeddingServing, type GlobalContext } from '@maestro-dataflow/core'
import { toUnit } from '../vectors/unit-vectors.js'

const textsAtOnce = 512

/** The unit vectors of texts. @throws MAESTRO_SERVING_* */
export async function embedTexts(
  texts: readonly string[],
  serving: EmbeddingServing,
  { signal, step, run }: GlobalContext,
): Promise<readonly Float32Array[]> {
  const enhanced = EnhancedEmbeddingServing.of(serving)
  const units: Float32Array[] = []
  for (let start = 0; start < texts.length; start += textsAtOnce) {
    const { vectors } = await enhanced.embed(texts.slice(start, start + textsAtOnce), { signal, step, run })
    units.push(...vectors.map(toUnit))
  }
  return units
}
