import {
  byteSize,
  createToken,
  definePlugin,
  defineServing,
  duration,
  LOGGER,
  PROJECT,
  provide,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { LocalChatServing } from './chat-serving.js'
import { localChatOptions } from './chat-serving-options.js'
import { chatDefaults } from './chat-session.js'
import { LocalEmbeddingServing } from './embedding-serving.js'
import { localEmbeddingOptions } from './embedding-serving-options.js'
import { ModelCache } from './model-cache.js'

const options = z.strictObject({
  /** For every serving that does not say otherwise. @default as each serving says */
  threads: z.number().int().positive().optional(),
  /** How long loaded models stay when nobody uses them. @default one cache for all of the process */
  modelCache: z
    .strictObject({
      /** How long a model that nobody uses stays. @default '5m' */
      keepAlive: duration({ least: 0 }).optional(),
      /** @default half of the machine's memory */
      memory: byteSize().optional(),
    })
    .optional(),
})

/** What the plugin's options say for every serving of it. */
interface LocalSettings {
  readonly threads?: number | undefined
  /** Undefined: the one of the process. */
  readonly cache: ModelCache | undefined
}

const LOCAL_SETTINGS = createToken<LocalSettings>('local.settings')

const chat = defineServing({
  name: 'local.chat',
  kind: 'llm',
  description: 'A GGUF chat model in this process',
  options: localChatOptions,
  inject: [PROJECT, LOGGER, LOCAL_SETTINGS],
  capabilities: ({ contextTokens = chatDefaults.contextTokens }) => ({
    jsonSchema: true,
    images: false,
    audio: false,
    contextTokens,
  }),
  create: (given, [{ directory }, logger, { cache, ...shared }]) =>
    new LocalChatServing({ ...shared, ...given, directory }, logger, cache),
})

const embeddings = defineServing({
  name: 'local.embeddings',
  kind: 'embedding',
  description: 'An ONNX model of sentences in this process',
  options: localEmbeddingOptions,
  inject: [PROJECT, LOGGER, LOCAL_SETTINGS],
  create: (given, [{ directory }, logger, { cache, ...shared }]) =>
    new LocalEmbeddingServing({ ...shared, ...given, directory }, logger, cache),
})

/** Models in this process. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-local',
  manifest: new URL('../package.json', import.meta.url),
  options,
  servings: [chat, embeddings],
  provides: ({ options: { modelCache, ...shared } }) => [
    provide(LOCAL_SETTINGS, () => ({ ...shared, cache: modelCache && new ModelCache(modelCache) })),
  ],
})
