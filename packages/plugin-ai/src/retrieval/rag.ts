import { defineOperator, SERVINGS, typed, VECTOR_STORES } from '@maestro-dataflow/core'
import { asksModel } from '../asking/asks-model.js'
import { RAGOperator, type RagOutcome } from './rag-operator.js'
import { type RagFields, ragFields } from './rag-options.js'

/** The option names of the Python original. */
const columnNames = ({ input, context, output }: RagFields) => ({
  queryColumn: input,
  contextColumn: context,
  answerColumn: output,
})

const needsEmbedder = ({ method, mmr, retrieved }: RagFields) =>
  retrieved === undefined && (method !== 'keyword' || mmr !== undefined)

/**
 * `ai.rag`: answers questions from a knowledge base.
 *
 * @remarks Cost: One call per row, with up to `passageTokens` of passages; no call if no passage was found. The queries
 * of a batch are embedded in one call.
 */
export const rag = defineOperator({
  name: 'ai.rag',
  kind: 'map',
  description: 'Answers questions from passages of a vector store, with citations',
  options: ragFields,
  adds: {
    '{context}': 'string',
    '{output}': typed<string | null>('string'),
    '{output}_citations': typed<readonly string[]>('json'),
    '{output}_outcome': typed<RagOutcome>('string'),
  },
  deterministic: false,
  servings: (given) => [
    ...asksModel.servings(given),
    ...(needsEmbedder(given) ? [{ kind: 'embedding' as const, name: given.embedder }] : []),
    ...(given.rerank === undefined ? [] : [{ kind: given.rerank.method, name: given.rerank.serving }]),
  ],
  vectorStores: ({ store }) => (store === undefined ? [] : [store]),
  inject: [SERVINGS, VECTOR_STORES],
  create: (given, [servings, stores]) => {
    const { serving, embedder, store, rerank, passages, topK } = given
    return new RAGOperator({
      ...given,
      ...columnNames(given),
      topK: passages,
      samplingTopK: topK,
      llmServing: servings.get(serving, 'llm'),
      knowledgeBaseStorage: store === undefined ? undefined : () => stores.get(store),
      embedder: needsEmbedder(given) ? servings.get(embedder, 'embedding') : undefined,
      rerank: rerank && { serving: servings.get(rerank.serving, rerank.method), candidates: rerank.candidates },
    })
  },
})
