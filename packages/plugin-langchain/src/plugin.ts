import { definePlugin, defineServing, PROJECT } from '@maestro-dataflow/core'
import { capabilitiesOf, capabilitiesOfNamed } from './chat-capabilities.js'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { langchainChatOptions } from './chat-serving-options.js'
import { embeddingServingOf, fromLangChainEmbeddings } from './embedding-serving.js'
import { langchainEmbeddingsOptions } from './embedding-serving-options.js'
import { assertModuleExists } from './import-export.js'
import { documents } from './load-source.js'
import { ownSettingsOf } from './sampling.js'
import { split } from './split.js'

const chat = defineServing({
  name: 'langchain.chat',
  kind: 'llm',
  description: 'A chat model of LangChain.js',
  options: langchainChatOptions,
  check: (given, place) => assertModuleExists(given, place),
  inject: [PROJECT],
  capabilities: (given) => ('model' in given ? capabilitiesOf(given.model, given) : capabilitiesOfNamed(given)),
  defaults: (given) => ownSettingsOf('model' in given ? given.model : given.options),
  create: (given, [{ directory }]) => {
    if (!('model' in given)) return chatServingOf(given, directory)
    const { model, ...settings } = given
    return fromLangChain(model, settings)
  },
})

const embeddings = defineServing({
  name: 'langchain.embeddings',
  kind: 'embedding',
  description: 'An embedding model of LangChain.js',
  options: langchainEmbeddingsOptions,
  check: (given, place) => assertModuleExists(given, place),
  inject: [PROJECT],
  create: (given, [{ directory }]) => {
    if (!('model' in given)) return embeddingServingOf(given, directory)
    const { model, ...settings } = given
    return fromLangChainEmbeddings(model, settings)
  },
})

/** Uses LangChain.js models, splitters, and loaders in pipelines. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-langchain',
  manifest: new URL('../package.json', import.meta.url),
  operators: [split],
  servings: [chat, embeddings],
  storages: [documents],
})
