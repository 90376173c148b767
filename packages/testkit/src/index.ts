export { type Cassette, cassette } from './cassette/cassette.js'
export type { CassetteOptions } from './cassette/cassette-deck.js'
export {
  type EmbeddingServingCase,
  type EmbeddingSuiteOptions,
  embeddingServingSuite,
} from './conformance/embedding-serving-suite.js'
export { type ExecutorCase, type ExecutorSuiteOptions, executorSuite } from './conformance/executor/executor-suite.js'
export { type LLMServingCase, llmServingSuite } from './conformance/llm-serving-suite.js'
export type { LLMSuiteOptions, Question } from './conformance/llm-subject.js'
export { type ObserverCase, type ObserverSuiteOptions, observerSuite } from './conformance/observer/observer-suite.js'
export type { OperatorSuiteOptions } from './conformance/operator/operator-subject.js'
export { type OperatorCase, operatorSuite } from './conformance/operator/operator-suite.js'
export { type PluginCase, type PluginSuiteOptions, pluginSuite } from './conformance/plugin-suite.js'
export { type PromptCase, type PromptSuiteOptions, promptSuite } from './conformance/prompt/prompt-suite.js'
export { type EmbeddingReplySuiteOptions, embeddingReplySuite } from './conformance/replies/embedding-reply-suite.js'
export { type LLMReplySuiteOptions, llmReplySuite } from './conformance/replies/llm-reply-suite.js'
export { type RerankServingCase, rerankServingSuite } from './conformance/rerank-serving-suite.js'
export {
  type CacheSuiteOptions,
  type ResponseCacheCase,
  responseCacheSuite,
} from './conformance/response-cache-suite.js'
export type { MadeStorage, MakeStorage } from './conformance/row-storage-subject.js'
export {
  type RowStorageCase,
  rowStorageSuite,
} from './conformance/row-storage-suite.js'
export type { ProjectParts } from './conformance/rows-project.js'
export type { ServingSuiteOptions } from './conformance/serving-subject.js'
export { type SharedLimitsCase, sharedLimitsSuite } from './conformance/shared-limits/shared-limits-suite.js'
export type { SinkSuiteOptions } from './conformance/sink/sink-subject.js'
export { type SinkCase, sinkSuite } from './conformance/sink/sink-suite.js'
export type { SourceSuiteOptions } from './conformance/source/source-subject.js'
export { type SourceCase, sourceSuite } from './conformance/source/source-suite.js'
export { type StorageCase, type StorageSuiteOptions, storageSuite } from './conformance/storage/storage-suite.js'
export { type Outcome, runSuite, type Suite, type SuiteOptions } from './conformance/suite.js'
export {
  type TableEngineCase,
  type TableEngineSuiteOptions,
  tableEngineSuite,
} from './conformance/table-engine/table-engine-suite.js'
export {
  type TranscriptionServingCase,
  type TranscriptionSuiteOptions,
  transcriptionServingSuite,
} from './conformance/transcription-serving-suite.js'
export type { MadeVectorStore, MakeVectorStore, VectorStoreAims } from './conformance/vector-store-subject.js'
export { type VectorStoreCase, type VectorSuiteOptions, vectorStoreSuite } from './conformance/vector-store-suite.js'
export { testkitErrors } from './errors.js'
export { type FaultName, type FaultSettings, faultNames } from './faulty/faults.js'
export { type FaultCounts, type Faulty, type FaultyOptions, faultyServing } from './faulty/faulty-serving.js'
export type { FuzzSettings } from './fuzz/for-all.js'
export { type MisbehavingServer, startMisbehavingServer } from './misbehaving-server.js'
export { openAIReplies } from './misbehaving-server-openai.js'
export { type RecordedRequest, type Reply, replies, type ScriptedReply } from './misbehaving-server-replies.js'
export { memorySharedLimits } from './scripted/memory-shared-limits.js'
export { type MemoryVectorStore, memoryVectorStore } from './scripted/memory-vector-store.js'
export type { Script, ScriptInOrder } from './scripted/script.js'
export { type ScriptedEmbeddings, scriptedEmbeddings } from './scripted/scripted-embeddings.js'
export { type ScriptedRerank, scriptedRerank } from './scripted/scripted-rerank.js'
export {
  questionOf,
  type ScriptedAnswer,
  type ScriptedOptions,
  type ScriptedServing,
  scriptedServing,
} from './scripted/scripted-serving.js'
export { type Audio, type ScriptedTranscription, scriptedTranscription } from './scripted/scripted-transcription.js'
