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
  /** The default for every serving. @default the default of each serving */
  threads: z.number().int().positive().optional(),
  /** How long loaded models stay when they are not used. @default one cache for the whole process */
  modelCache: z
    .strictObject({
      /** How long an unused model stays. @default '5m' */
      keepAlive: duration({ least: 0 }).optional(),
      /** @default half of the machine's memory */
      memory: byteSize().optional(),
    })
    .optional(),
})

/** The plugin's options that apply to all of its servings. */
interface LocalSettings {
  readonly threads?: number | undefined
  /** If undefined, the cache of the process is used. */
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
  description: 'An ONNX embedding model in this process',
  options: localEmbeddingOptions,
  inject: [PROJECT, LOGGER, LOCAL_SETTINGS],
  create: (given, [{ directory }, logger, { cache, ...shared }]) =>
    new LocalEmbeddingServing({ ...shared, ...given, directory }, logger, cache),
})

/** Runs models in this process. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-local',
  manifest: new URL('../package.json', import.meta.url),
  options,
  servings: [chat, embeddings],
  provides: ({ options: { modelCache, ...shared } }) => [
    provide(LOCAL_SETTINGS, () => ({ ...shared, cache: modelCache && new ModelCache(modelCache) })),
  ],
})
