import {
  boundedCall,
  type CallOptions,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Logger,
  MaestroError,
  millisecondsOf,
  parseOptions,
  untilAborted,
} from '@maestro-dataflow/core'
import { type LocalChatOptions, localChatOptions } from './chat-serving-options.js'
import { ChatSession, chatDefaults } from './chat-session.js'
import { localError } from './errors.js'
import { acquireModel, defaultThreads } from './load-model.js'
import { type ModelCache, sharedModelCache } from './model-cache.js'
import { type LocateOptions, locateModel, type ModelLocation, versionOf } from './models/model-location.js'
import { whileLoading } from './while-loading.js'

/** From the first call to `dispose()`. */
interface Life {
  readonly stop: AbortController
  readonly session: Promise<ChatSession>
}

/**
 * A language model in this process, on node-llama-cpp. The first call loads it. Servings of the same file share it, and
 * each has a context of its own, which processes several calls together.
 */
export class LocalChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly provider = 'local'
  readonly model: string
  readonly price = { input: 0, output: 0 }
  readonly capabilities: LLMCapabilities
  readonly concurrency: number
  readonly #options: LocalChatOptions
  readonly #location: ModelLocation
  readonly #logger: Logger | undefined
  readonly #cache: ModelCache
  #life: Life | undefined

  /** @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _KIND */
  constructor(
    { directory = '.', ...given }: LocalChatOptions & Pick<LocateOptions, 'directory'>,
    logger?: Logger,
    cache: ModelCache = sharedModelCache(),
  ) {
    const options = parseOptions('LocalChatServing', localChatOptions, given)
    this.#options = options
    this.#logger = logger
    this.#cache = cache
    const { model, contextTokens = chatDefaults.contextTokens } = options
    this.name = `local.chat ${model}`
    this.model = model
    this.#location = locateModel(model, { directory })
    if (this.#location.kind !== 'chat')
      throw localError('MAESTRO_LOCAL_MODEL_KIND', { model, serving: 'local.chat', fitting: 'local.embeddings' })
    this.capabilities = { jsonSchema: true, images: false, audio: false, contextTokens }
    this.concurrency = options.sequences ?? chatDefaults.sequences
  }

  /** Servings of one model use the same cores. */
  get account(): string {
    return `local.chat ${this.#location.files[0].path} ${this.concurrency}`
  }

  get identity(): Readonly<Record<string, unknown>> {
    const { contextTokens } = this.capabilities
    const { temperature, topP, topK, seed, stop, maxTokens } = { ...chatDefaults, ...this.#options }
    return { ...versionOf(this.#location), contextTokens, temperature, topP, topK, seed, stop, maxTokens }
  }

  /** @throws MAESTRO_SERVING_CONTEXT_TOO_LONG, _TIMEOUT, _ABORTED, _MALFORMED_REPLY, MAESTRO_LOCAL_* */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const timeout = options.timeout ?? millisecondsOf(this.#options.timeout ?? chatDefaults.timeout)
    const life = this.#begin()
    const bounds = { serving: this.name, signal: options.signal, disposed: life.stop.signal }
    return boundedCall(bounds, async (signal) => {
      const session = await untilAborted(life.session, signal)
      return session.answer(request, { timeout, signal, onText: options.onText })
    })
  }

  /**
   * Ends the calls in progress, which fail with MAESTRO_SERVING_ABORTED, and frees the context. A later call starts
   * again.
   */
  async dispose(): Promise<void> {
    const life = this.#life
    this.#life = undefined
    life?.stop.abort()
    const session = await life?.session.catch(() => undefined)
    await session?.dispose()
  }

  #begin(): Life {
    if (this.#life !== undefined) return this.#life
    const stop = new AbortController()
    const life: Life = { stop, session: this.#open(stop.signal) }
    this.#life = life
    // A failed load is retried by the next call.
    life.session.catch(() => {
      if (this.#life === life) this.#life = undefined
    })
    return life
  }

  async #open(signal: AbortSignal): Promise<ChatSession> {
    const { threads = defaultThreads() } = this.#options
    try {
      const lease = await whileLoading(this.#location, this.#logger, (onProgress) =>
        acquireModel(this.#cache, this.#location, { threads, signal, onProgress }),
      )
      return await ChatSession.open(lease, { ...this.#options, serving: this.name, threads }, signal)
    } catch (error) {
      if (MaestroError.is(error) || signal.aborted) throw error
      throw localError('MAESTRO_LOCAL_LOAD', { model: this.model, reason: (error as Error).message }, error)
    }
  }
}
