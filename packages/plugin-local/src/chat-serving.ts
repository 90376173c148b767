import { availableParallelism } from 'node:os'
import {
  type CallOptions,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Logger,
  MaestroError,
  type Message,
  maestroError,
} from '@maestro-dataflow/core'
import type { ChatHistoryItem, Llama, LlamaChat, LlamaContext, LlamaGrammar, LlamaModel } from 'node-llama-cpp'
import type { LocalChatOptions } from './chat-serving-options.js'
import { localError } from './errors.js'
import { resolveModel } from './models/resolve-model.js'

interface Loaded {
  readonly llama: Llama
  readonly model: LlamaModel
  readonly context: LlamaContext
  /** One chat for each sequence of the context; those not at work. */
  readonly free: LlamaChat[]
}

const defaults = { contextTokens: 2048, sequences: 4, maxTokens: 256, timeout: 120_000 }

/** A language model in this process, on node-llama-cpp. It is loaded by the first call; several calls share one context. */
export class LocalChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly capabilities = { jsonSchema: true, images: false, audio: false } as const
  readonly concurrency: number
  readonly #options: LocalChatOptions & { readonly directory: string }
  readonly #logger: Logger
  readonly #waiting: ((chat: LlamaChat) => void)[] = []
  readonly #grammars = new Map<string, Promise<LlamaGrammar>>()
  #loaded: Promise<Loaded> | undefined

  constructor(options: LocalChatOptions & { readonly directory: string }, logger: Logger) {
    this.#options = options
    this.#logger = logger
    this.name = `local.chat ${options.model}`
    this.concurrency = options.sequences ?? defaults.sequences
  }

  /** @throws MAESTRO_SERVING_CONTEXT_TOO_LONG, _TIMEOUT, _ABORTED, _MALFORMED_REPLY, MAESTRO_LOCAL_* */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const timeout = options.timeout ?? this.#options.timeout ?? defaults.timeout
    const history = this.#toHistory(request.messages)
    const loaded = await this.#load()
    const chat = await this.#take(loaded, options.signal)
    const timer = AbortSignal.timeout(timeout)
    const signal = options.signal === undefined ? timer : AbortSignal.any([options.signal, timer])
    try {
      return await this.#answer(loaded, chat, history, request, signal)
    } catch (error) {
      if (options.signal?.aborted === true) throw maestroError('MAESTRO_SERVING_ABORTED', { serving: this.name }, error)
      if (timer.aborted)
        throw maestroError('MAESTRO_SERVING_TIMEOUT', { serving: this.name, milliseconds: timeout }, error)
      if (MaestroError.is(error)) throw error
      throw maestroError('MAESTRO_SERVING_FAILED', { serving: this.name, reason: (error as Error).message }, error)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) loaded.free.push(chat)
      else next(chat)
    }
  }

  async dispose(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined)
    this.#loaded = undefined
    await loaded?.context.dispose()
    await loaded?.model.dispose()
    await loaded?.llama.dispose()
  }

  async #answer(
    loaded: Loaded,
    chat: LlamaChat,
    history: ChatHistoryItem[],
    request: LLMRequest,
    signal: AbortSignal,
  ): Promise<LLMResult> {
    const { model } = loaded
    const maxTokens = request.maxTokens ?? this.#options.maxTokens ?? defaults.maxTokens
    const prompt = chat.chatWrapper
      .generateContextState({ chatHistory: history })
      .contextText.tokenize(model.tokenizer).length
    const limit = chat.sequence.contextSize
    if (prompt + maxTokens > limit)
      throw maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving: this.name, tokens: prompt + maxTokens, limit })
    const sampling = {
      temperature: request.temperature ?? this.#options.temperature ?? 0,
      seed: request.seed ?? this.#options.seed ?? 0,
    }
    const grammar = request.schema === undefined ? undefined : await this.#grammar(loaded.llama, request.schema)
    const before = chat.sequence.tokenMeter.getState()
    const { response, metadata } = await chat.generateResponse(history, {
      ...sampling,
      maxTokens,
      signal,
      ...(request.topK === undefined ? {} : { topK: request.topK }),
      ...(request.topP === undefined ? {} : { topP: request.topP }),
      ...(request.stop === undefined ? {} : { customStopTriggers: request.stop }),
      ...(grammar === undefined ? {} : { grammar }),
    })
    const used = chat.sequence.tokenMeter.diff(before)
    const usage = { inputTokens: used.usedInputTokens, outputTokens: used.usedOutputTokens }
    const finishReason = metadata.stopReason === 'maxTokens' ? 'length' : 'stop'
    const result: LLMResult = { text: response, finishReason, usage, cost: 0, model: this.#options.model }
    if (grammar === undefined || finishReason === 'length') return result
    try {
      return { ...result, object: JSON.parse(response) }
    } catch (error) {
      throw maestroError(
        'MAESTRO_SERVING_MALFORMED_REPLY',
        { serving: this.name, reply: response.slice(0, 200) },
        error,
      )
    }
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= this.#open().catch((error) => {
      this.#loaded = undefined
      throw MaestroError.is(error)
        ? error
        : localError('MAESTRO_LOCAL_LOAD', { model: this.#options.model, reason: (error as Error).message }, error)
    })
    return this.#loaded
  }

  async #open(): Promise<Loaded> {
    const {
      model: name,
      directory,
      contextTokens = defaults.contextTokens,
      threads = Math.max(1, availableParallelism() - 1),
    } = this.#options
    const onProgress = ({ model, source, bytes }: { model: string; source: string; bytes: number }) =>
      this.#logger.info(`fetching the model ${model} (${Math.round(bytes / 1e6)} MB) from ${source}, once`)
    const modelPath = await resolveModel(name, { directory, onProgress })
    const { getLlama, LlamaChat, LlamaLogLevel } = await import('node-llama-cpp')
    const llama = await getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: threads,
    })
    const model = await llama.loadModel({ modelPath })
    const context = await model.createContext({ sequences: this.concurrency, contextSize: contextTokens, threads })
    const free = Array.from(
      { length: this.concurrency },
      () => new LlamaChat({ contextSequence: context.getSequence() }),
    )
    return { llama, model, context, free }
  }

  /** A chat that is free, or the next that will be; first come, first served. */
  async #take(loaded: Loaded, signal: AbortSignal | undefined): Promise<LlamaChat> {
    const aborted = () => maestroError('MAESTRO_SERVING_ABORTED', { serving: this.name })
    if (signal?.aborted === true) throw aborted()
    const free = loaded.free.pop()
    if (free !== undefined) return free
    return new Promise((resolve, reject) => {
      const give = (chat: LlamaChat) => {
        signal?.removeEventListener('abort', leave)
        resolve(chat)
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1)
        reject(aborted())
      }
      this.#waiting.push(give)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #grammar(llama: Llama, schema: NonNullable<LLMRequest['schema']>): Promise<LlamaGrammar> {
    const key = JSON.stringify(schema)
    const known = this.#grammars.get(key)
    if (known !== undefined) return known
    // The library checks the schema itself; its type lists what its grammar can follow.
    const made = llama.createGrammarForJsonSchema(
      schema as Parameters<Llama['createGrammarForJsonSchema']>[0],
    ) as Promise<LlamaGrammar>
    this.#grammars.set(key, made)
    return made
  }

  #toHistory(messages: readonly Message[]): ChatHistoryItem[] {
    const items = messages.map((message): ChatHistoryItem => {
      const text = this.#text(message)
      if (message.role === 'assistant') return { type: 'model', response: [text] }
      return { type: message.role, text }
    })
    return [...items, { type: 'model', response: [] }]
  }

  #text({ content }: Message): string {
    if (typeof content === 'string') return content
    return content
      .map((part) => {
        if (part.type === 'text') return part.text
        throw localError('MAESTRO_LOCAL_MEDIA', { model: this.#options.model, type: part.type })
      })
      .join('\n')
  }
}
