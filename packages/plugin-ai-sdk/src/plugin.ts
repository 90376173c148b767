import { definePlugin, defineServing, MEDIA_ACCESS, PROJECT } from '@maestro-dataflow/core'
import { chatCapabilities, chatServingOf, fromAISDK } from './chat-serving.js'
import { aiSdkChatOptions } from './chat-serving-options.js'
import { embeddingServingOf, fromAISDKEmbeddings } from './embedding-serving.js'
import { aiSdkEmbeddingsOptions } from './embedding-serving-options.js'
import { assertProvider } from './load-provider.js'
import { aiSdkRerankOptions, fromAISDKRerank, rerankServingOf } from './rerank-serving.js'
import { aiSdkTranscriptionOptions, fromAISDKTranscription, transcriptionServingOf } from './transcription-serving.js'

const chat = defineServing({
  name: 'ai-sdk.chat',
  kind: 'llm',
  description: 'A chat model of a provider package of the Vercel AI SDK',
  options: aiSdkChatOptions,
  check: (given, place) => assertProvider(given, place),
  inject: [PROJECT, MEDIA_ACCESS],
  capabilities: (given) => chatCapabilities(given),
  create: (given, [{ directory }, access]) => {
    if ('provider' in given) return chatServingOf(given, directory, access)
    const { model, ...settings } = given
    return fromAISDK(model, settings, access)
  },
})

const embeddings = defineServing({
  name: 'ai-sdk.embeddings',
  kind: 'embedding',
  description: 'An embedding model of a provider package of the Vercel AI SDK',
  options: aiSdkEmbeddingsOptions,
  check: (given, place) => assertProvider(given, place),
  inject: [PROJECT],
  create: (given, [{ directory }]) => {
    if ('provider' in given) return embeddingServingOf(given, directory)
    const { model, ...settings } = given
    return fromAISDKEmbeddings(model, settings)
  },
})

const rerank = defineServing({
  name: 'ai-sdk.rerank',
  kind: 'rerank',
  description: 'A rerank model of a provider package of the Vercel AI SDK',
  options: aiSdkRerankOptions,
  check: (given, place) => assertProvider(given, place),
  inject: [PROJECT],
  create: (given, [{ directory }]) => {
    if ('provider' in given) return rerankServingOf(given, directory)
    const { model, ...settings } = given
    return fromAISDKRerank(model, settings)
  },
})

const transcription = defineServing({
  name: 'ai-sdk.transcription',
  kind: 'transcription',
  description: 'A transcription model of a provider package of the Vercel AI SDK',
  options: aiSdkTranscriptionOptions,
  check: (given, place) => assertProvider(given, place),
  inject: [PROJECT],
  create: (given, [{ directory }]) => {
    if ('provider' in given) return transcriptionServingOf(given, directory)
    const { model, ...settings } = given
    return fromAISDKTranscription(model, settings)
  },
})

/** Asks every provider that has a package for the Vercel AI SDK. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-ai-sdk',
  manifest: new URL('../package.json', import.meta.url),
  servings: [chat, embeddings, rerank, transcription],
})
