import type { EmbeddingServing, Row } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import type { Passage } from './passage.js'
import { PassageSearch } from './passage-search.js'
import type { RAGOperatorOptions } from './rag-operator-options.js'
import { rerankerOf } from './rerank.js'
import { rowsAsStore } from './rows-as-store.js'

/** The column of a question's vector, if an earlier step has embedded it. */
export const queryEmbedding = 'query_embedding'

/** The search in the knowledge base of a `RAGOperator`. */
export function searchOf(
  given: RAGOperatorOptions,
  knowledge: NonNullable<RAGOperatorOptions['knowledgeBaseStorage']>,
) {
  const { rerank, embedder, topK, language } = given
  const store = typeof knowledge === 'function' || 'search' in knowledge ? knowledge : () => rowsAsStore(knowledge)
  // Rows may contain their vectors. A row without one is reported when it is processed.
  const serving = embedder ?? withoutModel
  return new PassageSearch({
    ...given,
    store,
    serving,
    passages: topK,
    rerank: rerank && { by: rerankerOf(rerank.serving, { language }), candidates: rerank.candidates },
  })
}

/** Replaces the embedder if none is given. */
const withoutModel: EmbeddingServing = {
  kind: 'embedding',
  name: 'none',
  async embed() {
    const reason = `an embedder is required, or a column "${queryEmbedding}" with the query's vector`
    throw aiError('MAESTRO_AI_OPTIONS', { operator: 'RAGOperator', reason })
  },
}

/** The passages that `ai.retrieve` put into a column. @throws MAESTRO_AI_PASSAGES */
export function passagesOf(row: Row, column: string): readonly Passage[] {
  const value = row[column]
  const isPassage = (one: unknown): one is Passage =>
    typeof one === 'object' &&
    one !== null &&
    typeof (one as Passage).id === 'string' &&
    typeof (one as Passage).text === 'string'
  if (Array.isArray(value) && value.every(isPassage)) return value
  throw aiError('MAESTRO_AI_PASSAGES', { column })
}
