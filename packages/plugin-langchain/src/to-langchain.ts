import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import type { EmbeddingServing, LLMServing, VectorStore } from '@maestro-dataflow/core'
import type { MaestroChatModel } from './maestro-chat-model.js'
import type { MaestroEmbeddings } from './maestro-embeddings.js'
import type { MaestroVectorStore } from './maestro-vector-store.js'

/**
 * Turns a serving into a chat model of LangChain.js, for its chains. This call imports LangChain's code.
 *
 * @example
 * const model = await toLangChainChatModel(serving)
 * await prompt.pipe(model).pipe(new StringOutputParser()).invoke({ topic: 'tea' })
 */
export async function toLangChainChatModel(serving: LLMServing): Promise<MaestroChatModel> {
  const { MaestroChatModel } = await import('./maestro-chat-model.js')
  return new MaestroChatModel(serving)
}

/** Turns a serving into an embedding model of LangChain.js. */
export async function toLangChainEmbeddings(serving: EmbeddingServing): Promise<MaestroEmbeddings> {
  const { MaestroEmbeddings } = await import('./maestro-embeddings.js')
  return new MaestroEmbeddings(serving)
}

/** Turns a vector store into one of LangChain.js. @param embeddings A serving, or an embedding model of LangChain.js */
export async function toLangChainVectorStore(
  store: VectorStore,
  embeddings: EmbeddingServing | EmbeddingsInterface,
): Promise<MaestroVectorStore> {
  const { MaestroVectorStore } = await import('./maestro-vector-store.js')
  return new MaestroVectorStore(store, 'embed' in embeddings ? await toLangChainEmbeddings(embeddings) : embeddings)
}
