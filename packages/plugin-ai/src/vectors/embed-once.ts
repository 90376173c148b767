import { type CallOptions, type EmbeddingServing, EnhancedEmbeddingServing } from '@maestro-dataflow/core'

/** Texts that all rows are compared with: embedded when the first row needs them, and again only after a failure. */
export class EmbedOnce {
  readonly #serving: EmbeddingServing
  readonly #texts: readonly string[]
  #vectors: Promise<readonly Float32Array[]> | undefined

  constructor(serving: EmbeddingServing, texts: readonly string[]) {
    this.#serving = serving instanceof EnhancedEmbeddingServing ? serving : new EnhancedEmbeddingServing(serving)
    this.#texts = texts
  }

  /** @throws MAESTRO_SERVING_* */
  async vectors({ signal, run, step }: CallOptions): Promise<readonly Float32Array[]> {
    const options = { ...(signal && { signal }), ...(run && { run }), ...(step && { step }) }
    this.#vectors ??= this.#serving.embed(this.#texts, options).then(({ vectors }) => vectors)
    try {
      return await this.#vectors
    } catch (error) {
      this.#vectors = undefined
      throw error
    }
  }
}
