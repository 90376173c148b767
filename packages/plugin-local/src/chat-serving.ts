import {
  type CallOptions,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Logger,
  MaestroError,
  maestroError,
} from '@maestro-dataflow/core'
import { CallSignal } from './call-signal.js'
import type { LocalChatOptions } from './chat-serving-options.js'
import { ChatSession, chatDefaults } from './chat-session.js'
import { localError } from './errors.js'
import { acquireModel, defaultThreads } from './load-model.js'
import { type ModelCache, sharedModelCache } from './model-cache.js'
import type { ModelProgress } from './models/fetch-model.js'
import { locateModel } from './models/model-location.js'
import { showProgress } from './models/show-progress.js'
import { untilAborted } from './until-aborted.js'

/** From the first call to `dispose()`. */
interface Life {
  readonly stop: AbortController
  readonly session: Promise<ChatSession>
}

/**
 * A language model in this process, on node-llama-cpp. It is loaded by the first call; servings of the same file share
 * it, and each has a context of its own, in which several calls are worked on together.
 */
export class LocalChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly capabilities: LLMCapabilities
  readonly concurrency: number
  readonly #options: LocalChatOptions & { readonly directory: string }
  readonly #logger: Logger
  readonly #cache: ModelCache
  #life: Life | undefined

  constructor(
    options: LocalChatOptions & { readonly directory: string },
    logger: Logger,
    cache: ModelCache = sharedModelCache(),
  ) {
    this.#options = options
    this.#logger = logger
    this.#cache = cache
    this.name = `local.chat ${options.model}`
    const { contextTokens = chatDefaults.contextTokens } = options
    this.capabilities = { jsonSchema: true, images: false, audio: false, contextTokens }
    this.concurrency = options.sequences ?? chatDefaults.sequences
  }

  /** @throws MAESTRO_SERVING_CONTEXT_TOO_LONG, _TIMEOUT, _ABORTED, _MALFORMED_REPLY, MAESTRO_LOCAL_* */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const timeout = options.timeout ?? this.#options.timeout ?? chatDefaults.timeout
    const life = this.#begin()
    const call = new CallSignal([options.signal, life.stop.signal])
    try {
      const session = await untilAborted(life.session, call.signal)
      return await session.answer(request, timeout, call.signal)
    } catch (error) {
      if (call.signal.aborted) throw maestroError('MAESTRO_SERVING_ABORTED', { serving: this.name }, error)
      if (MaestroError.is(error)) throw error
      throw maestroError('MAESTRO_SERVING_FAILED', { serving: this.name, reason: (error as Error).message }, error)
    } finally {
      call.release()
    }
  }

  /** Ends the calls at work, which fail with MAESTRO_SERVING_ABORTED, and frees the context. A later call begins anew. */
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
    // A load that failed is tried again by the next call.
    life.session.catch(() => {
      if (this.#life === life) this.#life = undefined
    })
    return life
  }

  async #open(signal: AbortSignal): Promise<ChatSession> {
    const { model, directory, threads = defaultThreads() } = this.#options
    const display = showProgress(process.stderr.isTTY ? process.stderr : toLog(this.#logger))
    let source: string | undefined
    const onProgress: ModelProgress = (event) => {
      if (source === undefined) this.#logger.info(`the model ${model} is not here yet; it is fetched once`)
      source = event.source
      display.onProgress(event)
    }
    try {
      const location = locateModel(model, { directory })
      const lease = await acquireModel(this.#cache, location, { threads, signal, onProgress })
      display.end()
      if (source !== undefined)
        this.#logger.info(`the model ${model} came from ${source} and is kept at ${location.path}`)
      return await ChatSession.open(lease, { ...this.#options, serving: this.name, threads }, signal)
    } catch (error) {
      display.end()
      if (MaestroError.is(error) || signal.aborted) throw error
      throw localError('MAESTRO_LOCAL_LOAD', { model, reason: (error as Error).message }, error)
    }
  }
}

const toLog = (logger: Logger) => ({ write: (text: string) => logger.info(text.trimEnd()) })
