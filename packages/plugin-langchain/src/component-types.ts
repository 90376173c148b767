import type { LangChainChatOptions } from './chat-serving-options.js'
import type { LangChainEmbeddingsOptions } from './embedding-serving-options.js'
import type { documents } from './load-source.js'
import type { split } from './split.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'langchain.chat': LangChainChatOptions
    'langchain.embeddings': LangChainEmbeddingsOptions
  }
  interface Operators {
    'langchain.split': typeof split
  }
  interface Storages {
    'langchain.load': typeof documents
  }
}
