import { availableParallelism } from 'node:os'
import type { ChatWrapper, Llama, LlamaModel } from 'node-llama-cpp'
import type { Disposable, ModelCache, ModelLease } from './model-cache.js'
import type { FetchModelOptions, ModelProgress } from './models/fetch-model.js'
import { type ModelLocation, versionOf } from './models/model-location.js'
import { bringModel } from './models/resolve-model.js'

/** A model in memory, with what the calls of all its servings share. */
export interface LoadedModel extends Disposable {
  readonly llama: Llama
  readonly model: LlamaModel
  /** Converts a chat by the model's own template. */
  readonly chatWrapper: ChatWrapper
}

/**
 * With all cores, llama.cpp's threads wait for each other whenever another process is busy, which slows the model down
 * severely.
 */
export function defaultThreads(cores: number = availableParallelism()): number {
  return Math.max(1, cores - 1)
}

/** The model of a location, downloaded if necessary, and loaded once for all servings of the process. */
export function acquireModel(
  cache: ModelCache,
  location: ModelLocation,
  options: { readonly threads: number; readonly signal: AbortSignal; readonly onProgress: ModelProgress },
): Promise<ModelLease<LoadedModel>> {
  const { path } = location.files[0]
  return cache.acquire(
    { name: path, config: versionOf(location) },
    (signal) => load(cache, location, { ...options, signal }),
    { bytes: ({ model }) => model.size, signal: options.signal },
  )
}

async function load(
  cache: ModelCache,
  location: ModelLocation,
  { threads, signal, onProgress }: FetchModelOptions & { readonly threads: number; readonly signal: AbortSignal },
): Promise<LoadedModel> {
  await bringModel(location, { signal, ...(onProgress && { onProgress }) })
  const { getLlama, LlamaLogLevel, resolveChatWrapper } = await import('node-llama-cpp')
  const start = () =>
    getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: defaultThreads(),
    })
  const library = await cache.acquire({ name: 'llama.cpp' }, start, { signal })
  const llama = library.value
  try {
    // The library's limit covers all contexts together. A user who sets more threads than there are cores gets them.
    llama.maxThreads = Math.max(llama.maxThreads, threads)
    const model = await llama.loadModel({ modelPath: location.files[0].path, loadSignal: signal })
    const dispose = async () => {
      await model.dispose()
      library.release()
    }
    return { llama, model, chatWrapper: resolveChatWrapper(model), dispose }
  } catch (error) {
    library.release()
    throw error
  }
}
