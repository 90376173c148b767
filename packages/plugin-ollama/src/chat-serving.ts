import {
  type CallOptions,
  estimateChatTokens,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Logger,
  type Price,
  parseJson,
  parseOptions,
} from '@maestro-dataflow/core'
import { type OllamaChatOptions, ollamaChatOptions } from './chat-serving-options.js'
import { ollamaError } from './errors.js'
import { type ChatAnswer, fromChatResponse } from './from-chat-response.js'
import { OllamaModel } from './ollama-model.js'
import { assertWholePrompt } from './prompt-cut.js'
import { toChatRequest } from './to-chat-request.js'

/** The capabilities of a chat model with these options, as far as they are known without asking the server. */
export function chatCapabilities({ images = true, contextTokens }: OllamaChatOptions): LLMCapabilities {
  return { jsonSchema: true, images, audio: false, ...(contextTokens === undefined ? {} : { contextTokens }) }
}

/** A chat model of one or several Ollama servers. */
export class OllamaChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly provider = 'ollama'
  readonly name: string
  readonly model: string
  readonly account: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly price: Price = { input: 0, output: 0 }
  readonly concurrency: number
  readonly capabilities: LLMCapabilities
  readonly #options: OllamaChatOptions
  readonly #model: OllamaModel

  /** @param logger Receives the progress of pulls. @throws MAESTRO_PIPELINE_OPTIONS */
  constructor(given: OllamaChatOptions, logger?: Logger) {
    const options = parseOptions('OllamaChatServing', ollamaChatOptions, given)
    const { model, host: _, apiKey: __, pull: ___, keepAlive: ____, ...answering } = options
    this.#options = options
    this.model = model
    this.name = `ollama.chat ${model}`
    this.#model = new OllamaModel(this.name, options, logger)
    this.account = this.#model.hosts.urls.join(' ')
    this.concurrency = this.#model.hosts.concurrency
    this.capabilities = chatCapabilities(options)
    // Without the hosts, because a name means the same model on all of them.
    this.identity = answering
  }

  /**
   * @throws MAESTRO_SERVING_NOT_FOUND, _CONNECTION, _CONTEXT_TOO_LONG, _BROKEN_REPLY, _BAD_REQUEST, _OVERLOADED,
   * _SERVER, _ABORTED, MAESTRO_OLLAMA_*
   */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const { model, images } = this.#options
    return this.#model.call(options, async ({ client, signal, contextTokens, description }) => {
      const { stop } = description
      const chat = await toChatRequest(request, { options: this.#options, contextTokens, stop, signal })
      // Some servers silently ignore the images for a model that cannot see.
      const hasImages = chat.messages?.some((message) => message.images !== undefined) === true
      if (hasImages && (images ?? description.seesImages) === false)
        throw ollamaError('MAESTRO_OLLAMA_MEDIA', { model, type: 'image' })
      const estimatedTokens = estimateChatTokens(request.messages)
      const asked = { contextTokens, estimatedTokens, onText: options.onText }
      const { promptTokens, ...answer } = await fromChatResponse(this.name, await client.chat(chat), asked)
      if (request.messages.length > 0 && promptTokens !== undefined)
        await assertWholePrompt(this.name, client, chat, promptTokens)
      return { ...answer, ...(request.schema === undefined ? {} : dataOf(answer)), model }
    })
  }

  /** Ends a pull in progress. */
  async dispose(): Promise<void> {
    await this.#model.dispose()
  }
}

/**
 * The data of an answer to a schema; undefined for an answer that is incomplete or not JSON, which the serving plane
 * examines further. Small models write white space after their data until they are stopped: such an answer is complete.
 */
function dataOf({
  text,
  finishReason,
}: Pick<ChatAnswer, 'text' | 'finishReason'>): Partial<Pick<LLMResult, 'object' | 'finishReason'>> {
  if (finishReason !== 'stop' && text === text.trimEnd()) return {}
  try {
    return { object: parseJson(text), finishReason: 'stop' }
  } catch {
    return {}
  }
}
