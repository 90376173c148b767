import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { failureOf } from '../__fixtures__/failed-cases.js'
import { smallCache } from '../__fixtures__/small-cache.js'
import { smallModel } from '../__fixtures__/small-model.js'
import type { SqliteVectors } from '../__fixtures__/sqlite-vectors.js'
import {
  hurriedCaches,
  hurriedEmbeddings,
  hurriedLimits,
  hurriedModels,
  hurriedRerankers,
  hurriedVectorStores,
} from '../__fixtures__/wrong-parts/hurried/servings-and-stores.js'
import { embeddingServingSuite } from '../conformance/embedding-serving-suite.js'
import { llmServingSuite } from '../conformance/llm-serving-suite.js'
import { rerankServingSuite } from '../conformance/rerank-serving-suite.js'
import { responseCacheSuite } from '../conformance/response-cache-suite.js'
import { sharedLimitsSuite } from '../conformance/shared-limits/shared-limits-suite.js'
import type { Suite } from '../conformance/suite.js'
import { vectorStoreSuite } from '../conformance/vector-store-suite.js'
import { memorySharedLimits } from '../scripted/memory-shared-limits.js'
import { scriptedEmbeddings } from '../scripted/scripted-embeddings.js'
import { scriptedRerank } from '../scripted/scripted-rerank.js'

// What authors in a hurry write, each with the rule of the suite that finds it. The right part keeps each of these rules.

const folder = await mkdtemp(join(tmpdir(), 'maestro-hurried-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
let files = 0

/** A right part with a fault. What the fault computes at each reading stays computed. */
const planting =
  <Part extends object>(right: () => Part, plant: (part: Part) => Partial<Part>) =>
  (): Part => {
    const part = right()
    return Object.defineProperties({ ...part }, Object.getOwnPropertyDescriptors(plant(part)))
  }
/** One store for all connections. */
function limits(plant: (typeof hurriedLimits)[string][1]) {
  const store = planting(memorySharedLimits, plant)()
  return () => store
}
const embeddings = () => scriptedEmbeddings({ dimensions: 48, maxWords: 5000 })
const stored = (Store: typeof SqliteVectors) =>
  vectorStoreSuite(({ metric }) => {
    const path = join(folder, `${++files}.sqlite`)
    return { store: new Store(path, metric), reopen: () => new Store(path, metric) }
  })

/** Each wrong part with its rule and its suite. */
type Hurried = readonly (readonly [fault: string, rule: string, suite: () => Suite])[]
const each = <Plant>(
  wrong: Readonly<Record<string, readonly [string, Plant]>>,
  suite: (plant: Plant) => Suite,
): Hurried => Object.entries(wrong).map(([fault, [rule, plant]]) => [fault, rule, () => suite(plant)])

const kinds: Readonly<Record<string, Hurried>> = {
  'a language model': each(hurriedModels, (plant) => llmServingSuite(planting(smallModel, plant), { samples: true })),
  'an embedding model': each(hurriedEmbeddings, (plant) => embeddingServingSuite(planting(embeddings, plant))),
  'a reranker': each(hurriedRerankers, (plant) => rerankServingSuite(planting(scriptedRerank, plant))),
  'a cache': each(hurriedCaches, (plant) => responseCacheSuite(planting(smallCache, plant))),
  'a vector store': each(hurriedVectorStores, stored),
  'a store of shared limits': each(hurriedLimits, (plant) => sharedLimitsSuite(limits(plant))),
}

describe.each(Object.entries(kinds))('%s that', (_, parts) => {
  test.each(parts)('%s is found by: %s', async (_fault, rule, suite) => {
    expect(await failureOf(suite(), rule)).toBeDefined()
  })
})
