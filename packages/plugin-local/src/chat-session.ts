import { boundedCall, finishReasonOf, type LLMRequest, type LLMResult, maestroError } from '@maestro-dataflow/core'
import type { LlamaChat, LlamaContext, LlamaGrammar } from 'node-llama-cpp'
import { toChatHistory } from './chat-history.js'
import type { LocalChatOptions } from './chat-serving-options.js'
import { toGrammarSchema } from './grammar-schema.js'
import type { LoadedModel } from './load-model.js'
import type { ModelLease } from './model-cache.js'
import { SequencePool, sharedPrefix } from './sequence-pool.js'

/** The values that apply if neither the request nor the config sets them. */
export const chatDefaults = {
  contextTokens: 2048,
  sequences: 4,
  maxTokens: 256,
  temperature: 0,
  seed: 0,
  timeout: 120_000,
}

export interface SessionOptions extends LocalChatOptions {
  /** The serving's name, for errors. */
  readonly serving: string
  readonly threads: number
}

/** What accompanies a request. */
export interface AnswerCall {
  /** In milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** Receives each piece of the text. */
  readonly onText?: ((text: string) => void) | undefined
}

/** Maps the library's finish reasons to those in core's table. */
const ends = {
  eogToken: 'end_of_turn',
  stopGenerationTrigger: 'stop',
  customStopTrigger: 'stop',
  functionCalls: 'tool_calls',
  maxTokens: 'max_tokens',
  abort: 'abort',
} as const

/** A model with a context of its own: several calls at once, one in each of the context's sequences. */
export class ChatSession {
  readonly #options: SessionOptions
  readonly #lease: ModelLease<LoadedModel>
  readonly #context: LlamaContext
  readonly #sequences: SequencePool
  readonly #grammars = new Map<string, Promise<LlamaGrammar>>()
  /** The work in progress in the context, including calls that were aborted. */
  readonly #atWork = new Set<Promise<unknown>>()

  private constructor(
    options: SessionOptions,
    lease: ModelLease<LoadedModel>,
    context: LlamaContext,
    sequences: SequencePool,
  ) {
    this.#options = options
    this.#lease = lease
    this.#context = context
    this.#sequences = sequences
  }

  /** The session owns the lease from here on, even if it cannot be opened. */
  static async open(
    lease: ModelLease<LoadedModel>,
    options: SessionOptions,
    signal: AbortSignal,
  ): Promise<ChatSession> {
    const { contextTokens = chatDefaults.contextTokens, sequences = chatDefaults.sequences, threads } = options
    try {
      const { LlamaChat } = await import('node-llama-cpp')
      const { model, chatWrapper } = lease.value
      const context = await model.createContext({
        sequences,
        contextSize: contextTokens,
        threads,
        createSignal: signal,
      })
      const chats = Array.from(
        { length: sequences },
        () => new LlamaChat({ contextSequence: context.getSequence(), chatWrapper }),
      )
      return new ChatSession(options, lease, context, new SequencePool(chats))
    } catch (error) {
      lease.release()
      throw error
    }
  }

  /**
   * Answers one request. The time-out starts when a sequence is free for it.
   *
   * @throws MAESTRO_SERVING_CONTEXT_TOO_LONG, _TIMEOUT, _MALFORMED_REPLY; the signal's reason
   */
  async answer(request: LLMRequest, { timeout, signal, onText }: AnswerCall): Promise<LLMResult> {
    const { model, chatWrapper } = this.#lease.value
    const { serving: name } = this.#options
    const history = toChatHistory(request.messages, this.#options.model)
    const prompt = chatWrapper.generateContextState({ chatHistory: history }).contextText.tokenize(model.tokenizer)
    const maxTokens = request.maxTokens ?? this.#options.maxTokens ?? chatDefaults.maxTokens
    const stop = request.stop ?? this.#options.stop
    const limit = this.#context.contextSize
    if (prompt.length + maxTokens > limit)
      throw maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', {
        serving: name,
        tokens: prompt.length + maxTokens,
        limit,
      })
    const grammar = request.schema === undefined ? undefined : await this.#grammar(request.schema)
    const chat = await this.#sequences.take(prompt, signal)
    const sampling = {
      ...this.#sampling(request),
      maxTokens,
      ...(stop === undefined ? {} : { customStopTriggers: stop }),
      ...(grammar === undefined ? {} : { grammar }),
      ...(onText === undefined ? {} : { onTextChunk: onText }),
    }
    let started = false
    try {
      return await boundedCall({ serving: name, signal, timeout }, async (signal) => {
        started = true
        const cachedInputTokens = sharedPrefix(chat, prompt)
        const before = chat.sequence.tokenMeter.getState()
        const { response, fullResponse, metadata } = await this.#working(
          chat,
          chat.generateResponse(history, { ...sampling, signal }),
        )
        const { usedOutputTokens } = chat.sequence.tokenMeter.diff(before)
        const usage = { inputTokens: prompt.length, outputTokens: usedOutputTokens, cachedInputTokens }
        const finishReason = finishReasonOf(name, ends[metadata.stopReason], usage)
        const reasoning = fullResponse.flatMap((part) => (typeof part === 'string' ? [] : [part.text])).join('')
        const result: LLMResult = {
          text: response,
          ...(reasoning === '' ? {} : { reasoning }),
          finishReason,
          usage,
          cost: 0,
          model: this.#options.model,
        }
        return grammar === undefined || finishReason === 'length'
          ? result
          : { ...result, object: this.#parse(response) }
      })
    } finally {
      if (!started) this.#sequences.giveBack(chat)
    }
  }

  /** The sequence is free when the library is done with it, which may be a moment after the call was aborted. */
  #working<Result>(chat: LlamaChat, work: Promise<Result>): Promise<Result> {
    const done = work
      .catch(() => undefined)
      .then(() => {
        this.#atWork.delete(done)
        this.#sequences.giveBack(chat)
      })
    this.#atWork.add(done)
    return work
  }

  /** Frees the context when the calls in progress have ended; their signals must have been aborted already. */
  async dispose(): Promise<void> {
    await Promise.all(this.#atWork)
    await this.#context.dispose()
    this.#lease.release()
  }

  #sampling(request: LLMRequest) {
    const { temperature = chatDefaults.temperature, seed = chatDefaults.seed, topP, topK } = this.#options
    const chosen = { topP: request.topP ?? topP, topK: request.topK ?? topK }
    return {
      temperature: request.temperature ?? temperature,
      seed: request.seed ?? seed,
      ...(chosen.topP === undefined ? {} : { topP: chosen.topP }),
      ...(chosen.topK === undefined ? {} : { topK: chosen.topK }),
    }
  }

  #grammar(schema: NonNullable<LLMRequest['schema']>): Promise<LlamaGrammar> {
    const key = JSON.stringify(schema)
    const known = this.#grammars.get(key)
    if (known !== undefined) return known
    const { llama } = this.#lease.value
    // The library's type lists every form of schema that its grammar supports; our schema was converted to one.
    const made = llama.createGrammarForJsonSchema(
      toGrammarSchema(schema) as Parameters<typeof llama.createGrammarForJsonSchema>[0],
    ) as Promise<LlamaGrammar>
    this.#grammars.set(key, made)
    return made
  }

  #parse(reply: string): unknown {
    try {
      return JSON.parse(reply)
    } catch (error) {
      throw maestroError(
        'MAESTRO_SERVING_MALFORMED_REPLY',
        { serving: this.#options.serving, reply: reply.slice(0, 200) },
        error,
      )
    }
  }
}
