import { availableParallelism } from 'node:os'
import {
  boundedCall,
  type CallOptions,
  type EmbeddingResult,
  type EmbeddingServing,
  type Logger,
  parseOptions,
} from '@maestro-dataflow/core'
import { type LocalEmbeddingOptions, localEmbeddingOptions } from './embedding-serving-options.js'
import type { EmbedSettings } from './embeddings/embedding-messages.js'
import { acquireEmbeddingModel } from './embeddings/embedding-model.js'
import { localError } from './errors.js'
import { type ModelCache, sharedModelCache } from './model-cache.js'
import { type LocateOptions, locateModel, type ModelLocation, versionOf } from './models/model-location.js'
import { whileLoading } from './while-loading.js'

/**
 * An embedding model in a thread of this process, on ONNX Runtime. The first call loads it. Servings of the same file
 * share it, and it is freed when it was not used for a while.
 */
export class LocalEmbeddingServing implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly name: string
  readonly provider = 'local'
  readonly model: string
  readonly price = { input: 0 }
  readonly batchSize: number
  /** Calls wait in the thread, which combines their texts: this many calls of one text fill a batch. */
  readonly concurrency = 32
  readonly #location: ModelLocation
  readonly #settings: EmbedSettings
  readonly #threads: number
  readonly #logger: Logger | undefined
  readonly #cache: ModelCache
  #stop = new AbortController()
  #dimensions: number | undefined

  /** @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _KIND */
  constructor(
    { directory = '.', ...given }: LocalEmbeddingOptions & Pick<LocateOptions, 'directory'> = {},
    logger?: Logger,
    cache: ModelCache = sharedModelCache(),
  ) {
    const options = parseOptions('LocalEmbeddingServing', localEmbeddingOptions, given)
    const { model, normalize = true, batchSize = 256 } = options
    this.name = `local.embeddings ${model}`
    this.model = model
    this.batchSize = batchSize
    this.#location = locateModel(model, { directory })
    if (this.#location.kind !== 'embedding')
      throw localError('MAESTRO_LOCAL_MODEL_KIND', { model, serving: 'local.embeddings', fitting: 'local.chat' })
    const { sentences = {} } = this.#location
    const { positions = Number.POSITIVE_INFINITY } = sentences
    const most = options.contextTokens ?? sentences.maxTokens
    this.#settings = {
      pooling: options.pooling ?? sentences.pooling,
      normalize,
      maxTokens: most === undefined ? undefined : Math.min(most, positions),
    }
    this.#dimensions = sentences.dimensions
    this.#threads = options.threads ?? availableParallelism()
    this.#logger = logger
    this.#cache = cache
  }

  /** Servings of one model wait for one thread. */
  get account(): string {
    return `local.embeddings ${this.#location.files[0].path}`
  }

  get identity(): Readonly<Record<string, unknown>> {
    return { ...versionOf(this.#location), ...this.#settings }
  }

  get dimensions(): number | undefined {
    return this.#dimensions
  }

  /**
   * Texts may have any length and any script; empty ones have a vector too.
   *
   * @throws MAESTRO_SERVING_ABORTED, _TIMEOUT, MAESTRO_LOCAL_*
   */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    const { model, name: serving } = this
    const { signal, timeout } = options
    return boundedCall({ serving, signal, timeout, disposed: this.#stop.signal }, async (signal) => {
      const lease = await whileLoading(this.#location, this.#logger, (onProgress) =>
        acquireEmbeddingModel(this.#cache, this.#location, { threads: this.#threads, signal, onProgress }),
      )
      try {
        const { vectors, truncated, tokens } = await lease.value.embed(texts, this.#settings, signal)
        this.#dimensions ??= vectors[0]?.length
        const usage = { inputTokens: tokens, outputTokens: 0 }
        return { vectors, usage, cost: 0, model, ...(truncated.length > 0 && { truncated }) }
      } finally {
        lease.release()
      }
    })
  }

  /** Ends the calls in progress, which fail with MAESTRO_SERVING_ABORTED. A later call starts again. */
  async dispose(): Promise<void> {
    this.#stop.abort()
    this.#stop = new AbortController()
  }
}
