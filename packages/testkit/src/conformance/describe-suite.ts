import type {
  ConfiguredPlugin,
  EmbeddingServing,
  LLMServing,
  PluginDefinition,
  RerankServing,
  ResponseCache,
  TranscriptionServing,
} from '@maestro-dataflow/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  type EmbeddingServingCase,
  type EmbeddingSuiteOptions,
  embeddingServingSuite,
} from './embedding-serving-suite.js'
import { type LLMReplySuiteOptions, llmReplySuite } from './llm-reply-suite.js'
import { type LLMServingCase, llmServingSuite } from './llm-serving-suite.js'
import type { LLMSuiteOptions } from './llm-subject.js'
import { type PluginCase, type PluginSuiteOptions, pluginSuite } from './plugin-suite.js'
import { type RerankServingCase, rerankServingSuite } from './rerank-serving-suite.js'
import { type CacheSuiteOptions, type ResponseCacheCase, responseCacheSuite } from './response-cache-suite.js'
import { type MakeStorage, type RowStorageCase, rowStorageSuite } from './row-storage-suite.js'
import type { ServingSuiteOptions } from './serving-subject.js'
import type { Suite, SuiteOptions } from './suite.js'
import {
  type TranscriptionServingCase,
  type TranscriptionSuiteOptions,
  transcriptionServingSuite,
} from './transcription-serving-suite.js'
import type { MakeVectorStore } from './vector-store-subject.js'
import { type VectorSuiteOptions, vectorStoreSuite } from './vector-store-suite.js'

type Make<Thing> = () => Thing | Promise<Thing>

/** Defines a suite as tests of vitest; omitted cases are printed. */
export function describeSuite({ title, timeout, cases, leftOut, open, close }: Suite): void {
  for (const { name, reason } of leftOut) {
    // biome-ignore lint/suspicious/noConsole: what is not tested must be seen
    console.info(`not tested of ${title}: ${name} (${reason})`)
  }
  describe(title, () => {
    beforeAll(open)
    afterAll(close)
    for (const { name, run } of cases) test(name, { timeout }, run)
  })
}

/** Tests a language model. @param makeServing Creates a new one at each call */
export function describeLLMServing(makeServing: Make<LLMServing>, options?: LLMSuiteOptions<LLMServingCase>): void {
  describeSuite(llmServingSuite(makeServing, options))
}

/**
 * Tests how a serving handles the replies of servers. @param makeServing Creates a new one for the server at this
 * address, at each call
 */
export function describeLLMReplies(
  makeServing: (url: string) => LLMServing | Promise<LLMServing>,
  options?: LLMReplySuiteOptions,
): void {
  describeSuite(llmReplySuite(makeServing, options))
}

/** Tests an embedding model. @param makeServing Creates a new one at each call */
export function describeEmbeddingServing(
  makeServing: Make<EmbeddingServing>,
  options?: EmbeddingSuiteOptions<EmbeddingServingCase>,
): void {
  describeSuite(embeddingServingSuite(makeServing, options))
}

/** Tests a rerank model. @param makeServing Creates a new one at each call */
export function describeRerankServing(
  makeServing: Make<RerankServing>,
  options?: ServingSuiteOptions<RerankServingCase>,
): void {
  describeSuite(rerankServingSuite(makeServing, options))
}

/** Tests a transcription model. @param makeServing Creates a new one at each call */
export function describeTranscriptionServing(
  makeServing: Make<TranscriptionServing>,
  options: TranscriptionSuiteOptions<TranscriptionServingCase>,
): void {
  describeSuite(transcriptionServingSuite(makeServing, options))
}

/** Tests a response cache. @param makeCache Creates a new, empty one at each call */
export function describeResponseCache(
  makeCache: Make<ResponseCache>,
  options?: CacheSuiteOptions<ResponseCacheCase>,
): void {
  describeSuite(responseCacheSuite(makeCache, options))
}

/** Tests a row storage. @param makeStorage Creates a new one without rows at each call, in a separate place */
export function describeStorage(makeStorage: MakeStorage, options?: SuiteOptions<RowStorageCase>): void {
  describeSuite(rowStorageSuite(makeStorage, options))
}

/** Tests a vector store. @param makeStore Creates an empty one at each call, in a separate place */
export function describeVectorStore(makeStore: MakeVectorStore, options?: VectorSuiteOptions): void {
  describeSuite(vectorStoreSuite(makeStore, options))
}

/** Tests a plugin: its manifest, its descriptions, its options, and that importing it has no effect. */
export function describePlugin(
  plugin: PluginDefinition | ConfiguredPlugin,
  options?: PluginSuiteOptions<PluginCase>,
): void {
  describeSuite(pluginSuite(plugin, options))
}
