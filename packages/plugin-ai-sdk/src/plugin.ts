import { definePlugin, defineServing, MEDIA_ACCESS, PROJECT } from '@maestro-dataflow/core'
import { chatCapabilities, chatServingOf, fromAISDK } from './chat-serving.js'
import { aiSdkChatOptions } from './chat-serving-options.js'
import { embeddingServingOf, fromAISDKEmbeddings } from './embedding-serving.js'
import { aiSdkEmbeddingsOptions } from './embedding-serving-options.js'
import { aiSdkRerankOptions, fromAISDKRerank, rerankServingOf } from './rerank-serving.js'
import { aiSdkTranscriptionOptions, fromAISDKTranscription, transcriptionServingOf } from './transcription-serving.js'

const chat = defineServing({
  name: 'ai-sdk.chat',
  kind: 'llm',
  description: 'A chat model of a provider package of the Vercel AI SDK',
  options: aiSdkChatOptions,
  inject: [PROJECT, MEDIA_ACCESS],
  capabilities: (given) => chatCapabilities(given),
  create: (given, [{ directory }, access]) =>
    'provider' in given ? chatServingOf(given, directory, access) : fromAISDK(given.model, given, access),
})

const embeddings = defineServing({
  name: 'ai-sdk.embeddings',
  kind: 'embedding',
  description: 'An embedding model of a provider package of the Vercel AI SDK',
  options: aiSdkEmbeddingsOptions,
  inject: [PROJECT],
  create: (given, [{ directory }]) =>
    'provider' in given ? embeddingServingOf(given, directory) : fromAISDKEmbeddings(given.model, given),
})

const rerank = defineServing({
  name: 'ai-sdk.rerank',
  kind: 'rerank',
  description: 'A rerank model of a provider package of the Vercel AI SDK',
  options: aiSdkRerankOptions,
  inject: [PROJECT],
  create: (given, [{ directory }]) =>
    'provider' in given ? rerankServingOf(given, directory) : fromAISDKRerank(given.model, given),
})

const transcription = defineServing({
  name: 'ai-sdk.transcription',
  kind: 'transcription',
  description: 'A transcription model of a provider package of the Vercel AI SDK',
  options: aiSdkTranscriptionOptions,
  inject: [PROJECT],
  create: (given, [{ directory }]) =>
    'provider' in given ? transcriptionServingOf(given, directory) : fromAISDKTranscription(given.model, given),
})

/** Asks every provider that has a package for the Vercel AI SDK. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-ai-sdk',
  manifest: new URL('../package.json', import.meta.url),
  servings: [chat, embeddings, rerank, transcription],
})
