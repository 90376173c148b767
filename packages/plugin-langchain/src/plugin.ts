import { definePlugin, defineServing } from '@maestro-dataflow/core'
import { capabilitiesOf, capabilitiesOfNamed } from './chat-capabilities.js'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { langchainChatOptions } from './chat-serving-options.js'
import { embeddingServingOf, fromLangChainEmbeddings } from './embedding-serving.js'
import { langchainEmbeddingsOptions } from './embedding-serving-options.js'
import { documentStorage } from './load-source.js'
import { splitOperator } from './split.js'

const name = '@maestro-dataflow/plugin-langchain'

/** LangChain.js models, splitters and loaders in pipelines. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks, { directory }) {
    hooks.servings.tap(name, (registry) => {
      registry.add(
        defineServing({
          name: 'langchain.chat',
          kind: 'llm',
          description: 'A chat model of LangChain.js',
          options: langchainChatOptions,
          capabilities: (given) => ('model' in given ? capabilitiesOf(given.model, given) : capabilitiesOfNamed(given)),
          create: (given) => ('model' in given ? fromLangChain(given.model, given) : chatServingOf(given, directory)),
        }),
      )
      registry.add(
        defineServing({
          name: 'langchain.embeddings',
          kind: 'embedding',
          description: 'An embedding model of LangChain.js',
          options: langchainEmbeddingsOptions,
          create: (given) =>
            'model' in given ? fromLangChainEmbeddings(given.model, given) : embeddingServingOf(given, directory),
        }),
      )
    })
    hooks.operators.tap(name, (registry) => registry.add(splitOperator(directory)))
    hooks.storages.tap(name, (registry) => registry.add(documentStorage(directory)))
  },
})
