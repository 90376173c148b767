export { LocalChatServing } from './chat-serving.js'
export type { LocalChatOptions } from './chat-serving-options.js'
export type * from './component-types.js'
export { LocalEmbeddingServing } from './embedding-serving.js'
export type { LocalEmbeddingOptions } from './embedding-serving-options.js'
export { localErrors } from './errors.js'
export {
  type AcquireOptions,
  type Disposable,
  ModelCache,
  type ModelCacheOptions,
  type ModelKey,
  type ModelLease,
  sharedModelCache,
} from './model-cache.js'
export { default } from './plugin.js'
