import { after, before, describe, test } from 'node:test'
import { describeSuites } from './conformance/describe-suites.js'

/** The conformance suites as tests of the test runner of Node. */
const suites = describeSuites({ describe, beforeAll: before, afterAll: after, test })

/** Makes tests of a suite. */
export const describeSuite = suites.describeSuite
/** Tests a language model. The first parameter creates a new one at each call. */
export const describeLLMServing = suites.describeLLMServing
/** Tests how an embedding model handles the replies of servers. The first parameter creates one for the server at an address. */
export const describeEmbeddingReplies = suites.describeEmbeddingReplies
/** Tests how a language model handles the replies of servers. The first parameter creates one for the server at an address. */
export const describeLLMReplies = suites.describeLLMReplies
/** Tests an embedding model. The first parameter creates a new one at each call. */
export const describeEmbeddingServing = suites.describeEmbeddingServing
/** Tests a rerank model. The first parameter creates a new one at each call. */
export const describeRerankServing = suites.describeRerankServing
/** Tests a transcription model. The first parameter creates a new one at each call. */
export const describeTranscriptionServing = suites.describeTranscriptionServing
/** Tests a response cache. The first parameter creates a new, empty one at each call. */
export const describeResponseCache = suites.describeResponseCache
/** Tests a store of shared limits. The first parameter connects to the same store at each call, as another process does. */
export const describeSharedLimits = suites.describeSharedLimits
/** Tests a vector store. The first parameter creates an empty one at each call, in a separate place. */
export const describeVectorStore = suites.describeVectorStore
/** Tests a `RowStorage`. The first parameter creates one without rows at each call, in a separate place. */
export const describeRowStorage = suites.describeRowStorage
/** Tests an operator with varied rows, against what it declares. */
export const describeOperator = suites.describeOperator
/** Tests the reading side of a storage. */
export const describeSource = suites.describeSource
/** Tests the writing side of a storage. */
export const describeSink = suites.describeSink
/** Tests a storage that can be written and read: what goes in comes out. */
export const describeStorage = suites.describeStorage
/** Tests an executor. The first parameter creates a new one at each call. */
export const describeExecutor = suites.describeExecutor
/** Tests a table engine. The first parameter creates a new one at each call. */
export const describeTableEngine = suites.describeTableEngine
/** Tests a prompt class, or a prompt that a plugin contributes. */
export const describePrompt = suites.describePrompt
/** Tests a plugin that observes runs. */
export const describeObserver = suites.describeObserver
/** Tests a plugin: its manifest, its descriptions, its options, and that importing it has no effect. */
export const describePlugin = suites.describePlugin
