import { createSuite, type Suite, type SuiteOptions } from './suite.js'
import { vectorContentCases } from './vector-content-cases.js'
import { vectorLifeCases } from './vector-life-cases.js'
import { vectorSearchCases } from './vector-search-cases.js'
import type { MadeVectorStore, MakeVectorStore, VectorStoreAims, VectorStoreSubject } from './vector-store-subject.js'

const cases = { ...vectorSearchCases, ...vectorContentCases, ...vectorLifeCases }

/** The cases of the suite for vector stores. */
export type VectorStoreCase = keyof typeof cases

/** The options of the suite for vector stores. */
export interface VectorSuiteOptions<Name extends string = VectorStoreCase>
  extends SuiteOptions<Name>,
    Partial<VectorStoreAims> {}

/**
 * The rules for every vector store: correct scores, stable ids, filters, refusals, and that closing it or several
 * concurrent writers lose nothing.
 *
 * @param makeStore Creates an empty one at each call, in a separate place; the suite closes and disposes what it
 *   created.
 */
export function vectorStoreSuite(makeStore: MakeVectorStore, options: VectorSuiteOptions = {}): Suite {
  const made: MadeVectorStore[] = []
  const { recall = 1, tolerance = 1e-4, metrics = ['cosine', 'dot', 'l2'] } = options
  return createSuite<VectorStoreSubject, VectorStoreCase>({
    title: 'a vector store',
    cases,
    options,
    open: async () => ({
      recall,
      tolerance,
      metrics,
      make: async (metric = metrics[0] ?? 'cosine') => {
        const one = await makeStore({ metric })
        made.push(one)
        return one
      },
    }),
    close: async () => {
      for (const { store, dispose } of made.splice(0)) {
        // Failing or hanging disposal has a case of its own.
        await store.dispose().catch(() => undefined)
        await dispose?.()
      }
    },
  })
}
