import { definePlugin, defineServing, MEDIA_ACCESS } from '@maestro-dataflow/core'
import { chatCapabilities } from './chat-capabilities.js'
import { OpenAIChatServing } from './chat-serving.js'
import { openaiChatOptions } from './chat-serving-options.js'
import { OpenAIEmbeddingServing } from './embedding-serving.js'
import { openaiEmbeddingOptions } from './embedding-serving-options.js'
import { OpenAITranscriptionServing } from './transcription-serving.js'
import { openaiTranscriptionOptions } from './transcription-serving-options.js'

const chat = defineServing({
  name: 'openai.chat',
  kind: 'llm',
  description: 'A chat model of OpenAI, Azure, or a compatible server',
  options: openaiChatOptions,
  inject: [MEDIA_ACCESS],
  capabilities: chatCapabilities,
  create: (options, [access]) => new OpenAIChatServing(options, access),
})

const embeddings = defineServing({
  name: 'openai.embeddings',
  kind: 'embedding',
  description: 'An embedding model of OpenAI, Azure, or a compatible server',
  options: openaiEmbeddingOptions,
  create: (options) => new OpenAIEmbeddingServing(options),
})

const transcription = defineServing({
  name: 'openai.transcription',
  kind: 'transcription',
  description: 'A transcription model of OpenAI, Azure, or a compatible server',
  options: openaiTranscriptionOptions,
  create: (options) => new OpenAITranscriptionServing(options),
})

/** Asks OpenAI and every server with its API. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-openai',
  manifest: new URL('../package.json', import.meta.url),
  servings: [chat, embeddings, transcription],
})
