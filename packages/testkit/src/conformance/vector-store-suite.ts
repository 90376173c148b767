import { createSuite, type Suite, type SuiteOptions } from './suite.js'
import { vectorContentCases } from './vector-content-cases.js'
import { vectorLifeCases } from './vector-life-cases.js'
import { vectorSearchCases } from './vector-search-cases.js'
import type { MadeVectorStore, MakeVectorStore, VectorStoreAims, VectorStoreSubject } from './vector-store-subject.js'

const cases = { ...vectorSearchCases, ...vectorContentCases, ...vectorLifeCases }

/** The cases of the suite for vector stores. */
export type VectorStoreCase = keyof typeof cases

/** What the suite for vector stores takes. */
export interface VectorSuiteOptions<Name extends string = VectorStoreCase>
  extends SuiteOptions<Name>,
    Partial<VectorStoreAims> {}

/**
 * What every vector store holds: right scores, ids that stay, filters, what it refuses, and that nothing is lost by
 * closing it or by several who write at once.
 *
 * @param makeStore An empty one at each call, in a place of its own; the suite closes and frees what it made.
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
        // What fails or hangs here has its own case.
        await store.dispose().catch(() => undefined)
        await dispose?.()
      }
    },
  })
}
