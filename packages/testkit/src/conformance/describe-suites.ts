import { embeddingServingSuite } from './embedding-serving-suite.js'
import { executorSuite } from './executor/executor-suite.js'
import { llmServingSuite } from './llm-serving-suite.js'
import { observerSuite } from './observer/observer-suite.js'
import { operatorSuite } from './operator/operator-suite.js'
import { pluginSuite } from './plugin-suite.js'
import { promptSuite } from './prompt/prompt-suite.js'
import { embeddingReplySuite } from './replies/embedding-reply-suite.js'
import { llmReplySuite } from './replies/llm-reply-suite.js'
import { rerankServingSuite } from './rerank-serving-suite.js'
import { responseCacheSuite } from './response-cache-suite.js'
import { rowStorageSuite } from './row-storage-suite.js'
import { sharedLimitsSuite } from './shared-limits/shared-limits-suite.js'
import { sinkSuite } from './sink/sink-suite.js'
import { sourceSuite } from './source/source-suite.js'
import { storageSuite } from './storage/storage-suite.js'
import type { Suite } from './suite.js'
import { tableEngineSuite } from './table-engine/table-engine-suite.js'
import { transcriptionServingSuite } from './transcription-serving-suite.js'
import { vectorStoreSuite } from './vector-store-suite.js'

/** The functions of a test runner with which a suite becomes tests. */
export interface TestRunner {
  describe(title: string, define: () => void): unknown
  beforeAll(work: () => Promise<void>): unknown
  afterAll(work: () => Promise<void>): unknown
  test(name: string, options: { readonly timeout: number }, run: () => Promise<void>): unknown
}

/** The suites as tests of a test runner. Cases that are left out are printed. */
export function describeSuites({ describe, beforeAll, afterAll, test }: TestRunner) {
  const describeSuite = ({ title, timeout, cases, leftOut, open, close }: Suite): void => {
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
  const tests =
    <Parameters extends readonly unknown[]>(suite: (...parameters: Parameters) => Suite) =>
    (...parameters: Parameters): void =>
      describeSuite(suite(...parameters))
  return {
    describeSuite,
    describeLLMServing: tests(llmServingSuite),
    describeLLMReplies: tests(llmReplySuite),
    describeEmbeddingReplies: tests(embeddingReplySuite),
    describeEmbeddingServing: tests(embeddingServingSuite),
    describeRerankServing: tests(rerankServingSuite),
    describeTranscriptionServing: tests(transcriptionServingSuite),
    describeResponseCache: tests(responseCacheSuite),
    describeSharedLimits: tests(sharedLimitsSuite),
    describeVectorStore: tests(vectorStoreSuite),
    describeRowStorage: tests(rowStorageSuite),
    describeOperator: tests(operatorSuite),
    describeSource: tests(sourceSuite),
    describeSink: tests(sinkSuite),
    describeStorage: tests(storageSuite),
    describeExecutor: tests(executorSuite),
    describeTableEngine: tests(tableEngineSuite),
    describePrompt: tests(promptSuite),
    describeObserver: tests(observerSuite),
    describePlugin: tests(pluginSuite),
  }
}
