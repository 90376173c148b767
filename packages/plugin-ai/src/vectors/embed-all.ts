import { type CallOptions, type EmbeddingServing, EnhancedEmbeddingServing } from '@maestro-dataflow/core'

/** Embeds texts that all rows are compared with. They do not belong to any row. @throws MAESTRO_SERVING_* */
export async function embedAll(
  texts: readonly string[],
  serving: EmbeddingServing,
  { signal, run, step }: CallOptions,
): Promise<readonly Float32Array[]> {
  const enhanced = EnhancedEmbeddingServing.of(serving)
  const options = { ...(signal && { signal }), ...(run && { run }), ...(step && { step }) }
  return (await enhanced.embed(texts, options)).vectors
}
