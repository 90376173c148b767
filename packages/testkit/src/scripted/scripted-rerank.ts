import { boundedCall, type RerankServing } from '@maestro-dataflow/core'
import type { ScriptedOptions } from './scripted-serving.js'
import { countWords, wordsOf } from './words.js'

/** A rerank model without a real model. */
export interface ScriptedRerank extends RerankServing {
  /** Its requests, in order. */
  readonly requests: readonly { readonly query: string; readonly documents: readonly string[] }[]
}

/**
 * A rerank model that computes scores. @param score By default, the share of the query's words that a document
 * contains.
 */
export function scriptedRerank(
  score: (query: string, document: string) => number = sharedWords,
  options: ScriptedOptions = {},
): ScriptedRerank {
  const { name = 'scripted rerank', model = name } = options
  const requests: { query: string; documents: readonly string[] }[] = []
  return {
    provider: 'scripted',
    ...options,
    kind: 'rerank',
    name,
    model,
    requests,
    rerank(query, documents, call = {}) {
      return boundedCall({ serving: name, ...call }, async () => {
        requests.push({ query, documents })
        const inputTokens = documents.reduce((sum, text) => sum + countWords(text) + countWords(query), 0)
        return {
          scores: documents.map((document) => score(query, document)),
          usage: { inputTokens, outputTokens: 0 },
          model,
        }
      })
    },
  }
}

function sharedWords(query: string, document: string): number {
  const asked = new Set(wordsOf(query.toLowerCase()))
  const found = new Set(wordsOf(document.toLowerCase()))
  return asked.size === 0 ? 0 : asked.intersection(found).size / asked.size
}
