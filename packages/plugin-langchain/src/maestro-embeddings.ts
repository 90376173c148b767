import { Embeddings } from '@langchain/core/embeddings'
import { type EmbeddingServing, EnhancedEmbeddingServing } from '@maestro-dataflow/core'

/**
 * A serving of ours as an embedding model of LangChain.js. Every text uses the serving's cache, limits, and budgets.
 */
export class MaestroEmbeddings extends Embeddings {
  readonly serving: EmbeddingServing

  constructor(serving: EmbeddingServing) {
    super({})
    this.serving = EnhancedEmbeddingServing.of(serving)
  }

  override async embedDocuments(documents: string[]): Promise<number[][]> {
    if (documents.length === 0) return []
    const { vectors } = await this.serving.embed(documents)
    return vectors.map((vector) => Array.from(vector))
  }

  override async embedQuery(document: string): Promise<number[]> {
    const [vector = []] = await this.embedDocuments([document])
    return vector
  }
}
