import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { localError } from '../errors.js'
import type { Disposable, ModelCache, ModelLease } from '../model-cache.js'
import type { ModelProgress } from '../models/fetch-model.js'
import { type ModelLocation, versionOf } from '../models/model-location.js'
import { bringModel } from '../models/resolve-model.js'
import type { Embedded, EmbedSettings } from './embedding-messages.js'
import { EmbeddingThread, type ThreadOptions } from './embedding-thread.js'

/**
 * A loaded embedding model for all servings that use it. If its thread ends unexpectedly, the next call starts another.
 */
export class EmbeddingModel implements Disposable {
  readonly #options: ThreadOptions
  #thread: Promise<EmbeddingThread>

  private constructor(options: ThreadOptions, thread: EmbeddingThread) {
    this.#options = options
    this.#thread = Promise.resolve(thread)
  }

  /** @throws MAESTRO_LOCAL_LOAD, MAESTRO_LOCAL_THREAD; the signal's reason */
  static async load(options: ThreadOptions, signal?: AbortSignal): Promise<EmbeddingModel> {
    return new EmbeddingModel(options, await EmbeddingThread.start(options, signal))
  }

  /** @throws MAESTRO_LOCAL_THREAD, _LOAD, _EMBED; the signal's reason */
  async embed(texts: readonly string[], settings: EmbedSettings, signal?: AbortSignal): Promise<Embedded> {
    const thread = await this.#alive()
    return thread.embed(texts, settings, signal)
  }

  async dispose(): Promise<void> {
    const thread = await this.#thread.catch(() => undefined)
    await thread?.dispose()
  }

  async #alive(): Promise<EmbeddingThread> {
    const current = this.#thread
    const thread = await current.catch(() => undefined)
    if (thread?.isOver === false) return thread
    // If several calls find that it has ended, only one restarts it.
    if (this.#thread === current) this.#thread = EmbeddingThread.start(this.#options)
    return this.#thread
  }
}

const library = 'onnxruntime-node'

/** ONNX Runtime is an optional peer, because its 290 MB and its install script concern embeddings only. */
function assertOnnxRuntime(model: string): void {
  try {
    createRequire(import.meta.url).resolve(library)
  } catch (error) {
    throw localError('MAESTRO_LOCAL_LIBRARY', { model, library }, error)
  }
}

/**
 * The model of a location, downloaded if necessary, and loaded once for all servings of the process.
 *
 * @throws MAESTRO_LOCAL_LIBRARY if ONNX Runtime is not installed
 */
export async function acquireEmbeddingModel(
  cache: ModelCache,
  location: ModelLocation,
  options: { readonly threads: number; readonly signal: AbortSignal; readonly onProgress: ModelProgress },
): Promise<ModelLease<EmbeddingModel>> {
  assertOnnxRuntime(location.model)
  const { path } = location.files[0]
  const { threads, onProgress } = options
  const load = async (signal: AbortSignal) => {
    await bringModel(location, { signal, onProgress })
    return EmbeddingModel.load({ name: location.model, model: path, threads }, signal)
  }
  return cache.acquire({ name: path, config: { ...versionOf(location), threads } }, load, {
    bytes: () => statSync(path).size,
    signal: options.signal,
  })
}
