import type { RerankServing } from '@maestro-dataflow/core'
import type { RerankServingCase } from '../../conformance/rerank-serving-suite.js'

/** Changes a right model. State that it creates belongs to one serving. */
export type PlantRerank = (model: RerankServing) => Partial<RerankServing>

/** A fault in the scores of each call. */
const scores =
  (
    change: (scores: number[], documents: readonly string[], call: number, query: string) => readonly number[],
  ): PlantRerank =>
  (model) => {
    let calls = 0
    return {
      async rerank(query, documents, options) {
        const result = await model.rerank(query, documents, options)
        return { ...result, scores: change([...result.scores], documents, ++calls, query) }
      },
    }
  }

const failure =
  (change: (error: Error) => unknown): PlantRerank =>
  (model) => ({
    rerank: (...call) =>
      model.rerank(...call).catch((error) => {
        throw change(error)
      }),
  })

/** Rerank models that are wrong. */
export const wrongRerankers: Readonly<Record<string, readonly [RerankServingCase, PlantRerank]>> = {
  'gives NaN now and then': [
    'a document has the same score alone and among others',
    scores((given, _, call) => (call % 6 === 0 ? given.map(() => Number.NaN) : given)),
  ],
  'gives NaN far behind': [
    'each of many documents is scored',
    scores((given) => given.map((score, index) => (index > 20 ? Number.NaN : score))),
  ],
  'gives at most ten scores': ['each of many documents is scored', scores((given) => given.slice(0, 10))],
  'gives at most a hundred scores': ['each of many documents is scored', scores((given) => given.slice(0, 100))],
  'gives 0 beyond the tenth document': [
    'each of many documents is scored',
    scores((given) => given.map((score, index) => (index < 10 ? score : 0))),
  ],
  'gives texts as scores': ['another query has other scores', scores((given) => given.map(String) as never)],
  'gives objects with places': [
    'another query has other scores',
    scores((given) => given.map((score, index) => ({ index, score })) as never),
  ],
  'gives only the best three': [
    'another query has other scores',
    scores((given) => {
      const best = given.map((_, index) => index).sort((one, other) => (given[other] ?? 0) - (given[one] ?? 0))
      return given.map((score, index) => (best.indexOf(index) < 3 ? score : Number.NaN))
    }),
  ],
  'gives the scores of the call before': [
    'gives one score for each document, in their order',
    (model) => {
      let last: readonly number[] | undefined
      return {
        async rerank(...call) {
          const result = await model.rerank(...call)
          const before = last?.length === result.scores.length ? last : result.scores
          last = result.scores
          return { ...result, scores: before }
        },
      }
    },
  ],
  'depends on the other documents': [
    'a document has the same score alone and among others',
    scores((given) => {
      const most = Math.max(...given)
      return given.map((score) => (most === 0 ? 0 : score / most))
    }),
  ],
  'ignores the query': [
    'another query has other scores',
    (model) => ({ rerank: (_, documents, options) => model.rerank('fox', documents, options) }),
  ],
  'reads the beginning of a document only': [
    'a document of some sentences is read to its end',
    (model) => ({
      rerank: (query, documents, options) =>
        model.rerank(
          query,
          documents.map((one) => one.slice(0, 100)),
          options,
        ),
    }),
  ],
  'merges equal documents': [
    'equal documents have equal scores',
    (model) => ({
      async rerank(query, documents, options) {
        return model.rerank(query, [...new Set(documents)], options)
      },
    }),
  ],
  'leaves empty documents out': [
    'an empty document or query is scored or refused with a typed error',
    (model) => ({
      rerank: (query, documents, options) =>
        model.rerank(
          query,
          documents.filter((one) => one !== ''),
          options,
        ),
    }),
  ],
  'sorts the documents that it is given': [
    'another query has other scores',
    (model) => ({
      rerank: (query, documents, options) => model.rerank(query, (documents as string[]).sort(), options),
    }),
  ],
  'empties the list that it is given': [
    'a document has the same score alone and among others',
    (model) => ({
      async rerank(query, documents, options) {
        const asked = [...documents]
        ;(documents as string[]).length = 0
        return model.rerank(query, asked, options)
      },
    }),
  ],
  'returns one list for all calls': [
    'a document has the same score alone and among others',
    (model) => {
      const shared: number[] = []
      return {
        async rerank(...call) {
          const result = await model.rerank(...call)
          shared.splice(0, shared.length, ...result.scores)
          return { ...result, scores: shared }
        },
      }
    },
  ],
  'throws a text': ['a call with a signal that has fired is not made', failure(({ message }) => message)],
  'throws null': ['a call with a signal that has fired is not made', failure(() => null)],
  'works only the first time': [
    'gives one score for each document, in their order',
    scores((given, _, call) => (call > 1 ? given.map(() => 0) : given)),
  ],
  'hears no signal': [
    'a call with a signal that has fired is not made',
    (model) => ({ rerank: (query, documents) => model.rerank(query, documents) }),
  ],
  'hears no signal when it has a time-out': [
    'a call has both its signal and its time-out',
    (model) => ({
      rerank: (query, documents, options = {}) =>
        model.rerank(
          query,
          documents,
          options.timeout === undefined ? options : { ...options, signal: undefined as never },
        ),
    }),
  ],
  'keeps no time-out when it has a signal': [
    'a call has both its signal and its time-out',
    (model) => ({
      rerank: (query, documents, options = {}) =>
        model.rerank(
          query,
          documents,
          options.signal === undefined ? options : { ...options, timeout: undefined as never },
        ),
    }),
  ],
  'leaves its listeners on the signal': [
    'calls leave nothing behind',
    (model) => ({
      rerank(query, documents, options = {}) {
        options.signal?.addEventListener('abort', () => undefined)
        return model.rerank(query, documents, options)
      },
    }),
  ],
  'names another model now and then': [
    'a document has the same score alone and among others',
    (model) => {
      let calls = 0
      return {
        async rerank(...call) {
          const result = await model.rerank(...call)
          return { ...result, model: ++calls % 6 === 0 ? 'another' : result.model }
        },
      }
    },
  ],
  'counts negative tokens': [
    'a document has the same score alone and among others',
    (model) => ({
      async rerank(...call) {
        return { ...(await model.rerank(...call)), usage: { inputTokens: -1, outputTokens: 0 } }
      },
    }),
  ],
  'costs less than nothing': [
    'a document has the same score alone and among others',
    (model) => ({
      async rerank(...call) {
        return { ...(await model.rerank(...call)), cost: -1 }
      },
    }),
  ],
  'cannot read half a character': [
    'invalid and unusual characters are accepted',
    (model) => ({
      async rerank(query, documents, options) {
        for (const one of [query, ...documents]) encodeURIComponent(one)
        return model.rerank(query, documents, options)
      },
    }),
  ],
  'never ends for no document': [
    'no document gives no score',
    (model) => ({
      rerank: (query, documents, options) =>
        documents.length === 0 ? new Promise(() => undefined) : model.rerank(query, documents, options),
    }),
  ],
}
