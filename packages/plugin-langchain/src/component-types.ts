import type { LangChainChatOptions } from './chat-serving-options.js'
import type { LangChainEmbeddingsOptions } from './embedding-serving-options.js'
import type { documentStorage } from './load-source.js'
import type { splitOperator } from './split.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'langchain.chat': LangChainChatOptions
    'langchain.embeddings': LangChainEmbeddingsOptions
  }
  interface Operators {
    'langchain.split': ReturnType<typeof splitOperator>
  }
  interface Storages {
    'langchain.load': ReturnType<typeof documentStorage>
  }
}
