import {
  type CallOptions,
  flexTimeoutOf,
  isFlexUnavailable,
  isStream,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  MaestroError,
  type MediaAccess,
  type Price,
  parseOptions,
  serverEvents,
} from '@maestro-dataflow/core'
import { type ChatCompletion, chatCompletion } from './chat-api.js'
import { chatCapabilities, jsonModeOf } from './chat-capabilities.js'
import { type OpenAIChatOptions, openaiChatOptions } from './chat-serving-options.js'
import { type Connection, connect } from './connection.js'
import { fromChatResponse } from './from-chat-response.js'
import { assertWholePrompt, contextOf, ollamaFingerprint } from './prompt-cut.js'
import { readChatStream } from './read-chat-stream.js'
import { checkText } from './read-reply.js'
import { callServer } from './serving-call.js'
import { type ChatRequest, type ChatSettings, toChatRequest } from './to-chat-request.js'

/**
 * A chat model of OpenAI, Azure, or a compatible server. The serving plane provides retries, limits, caching, and
 * costs.
 */
export class OpenAIChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly provider: string
  readonly model: string
  readonly account: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly price: Price | undefined
  readonly tier: string | undefined
  readonly capabilities: LLMCapabilities
  readonly defaults: Readonly<Record<string, unknown>>
  readonly #connection: Connection
  readonly #settings: ChatSettings
  readonly #flexTimeout: number | undefined
  /** In tokens, if known. */
  #ollamaContext: number | undefined

  /**
   * @param access The places from which images and recordings may be read.
   * @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_OPENAI_KEY_MISSING
   */
  constructor(given: OpenAIChatOptions, access: MediaAccess = {}) {
    const options = parseOptions('OpenAIChatServing', openaiChatOptions, given)
    const { temperature, topP, topK, seed, stop, maxTokens, reasoningEffort, stream, tier, image = {} } = options
    const { promptCacheRetention } = options
    const { maxSide = 2048, detail } = image
    this.#flexTimeout = options.flexTimeout
    const connection = connect(options)
    this.#connection = connection
    this.name = `openai.chat ${options.model}`
    this.provider = connection.provider
    this.model = options.model
    this.account = connection.account
    this.price = connection.price
    this.tier = options.tier
    this.capabilities = chatCapabilities(options)
    const defaults = { temperature, topP, topK, seed, stop, maxTokens, reasoningEffort, tier }
    // Pieces may be requested by a setting or by a caller who hears them.
    this.defaults = { ...defaults, streamOptions: true }
    const jsonMode = jsonModeOf(options)
    this.identity = { ...connection.identity, deployment: connection.model, ...defaults, jsonMode, maxSide, detail }
    this.#settings = {
      model: connection.model,
      // It affects the price of a request, and not its answer.
      defaults: { ...defaults, stream, promptCacheRetention },
      jsonMode,
      wholeSchemas: connection.facts.wholeSchemas === true,
      maxTokensParameter: options.maxTokensParameter ?? connection.facts.maxTokensParameter,
      media: { model: options.model, capabilities: this.capabilities, access, maxSide, detail },
    }
  }

  /** @throws MAESTRO_SERVING_* depending on the server's answer, MAESTRO_OPENAI_*, MAESTRO_MEDIA_* */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const asked = await toChatRequest(request, this.#settings, options)
    if (asked.body.service_tier !== 'flex') return this.#send(request, asked, options)
    try {
      const timeout = flexTimeoutOf(this.#flexTimeout, options.timeout)
      return await this.#send(request, asked, { ...options, timeout })
    } catch (error) {
      if (options.signal?.aborted === true || !isFlexUnavailable(error)) throw error
      const warning = `A request in the tier flex was sent again in the standard tier: ${reasonOf(error)}`
      const body = { ...asked.body, service_tier: 'default' as const }
      const result = await this.#send(request, { ...asked, body }, options)
      return { tier: 'standard', ...result, warnings: [...(result.warnings ?? []), warning] }
    }
  }

  #send(request: LLMRequest, { body, answer }: ChatRequest, options: CallOptions): Promise<LLMResult> {
    const { statesCost } = this.#connection.facts
    const asked = { serving: this.name, model: this.model, request, answer, statesCost }
    return callServer(this.#connection, {
      serving: this.name,
      options,
      path: 'chat/completions',
      body,
      read: async (response, send) => {
        const reply = await this.#read(response, options)
        const result = fromChatResponse(reply, asked)
        if (reply.system_fingerprint === ollamaFingerprint) {
          const sent = { serving: this.name, send, baseUrl: this.#connection.baseUrl, body }
          this.#ollamaContext ??= await contextOf(sent)
          await assertWholePrompt(sent, result.usage.inputTokens, this.#ollamaContext)
        }
        return result
      },
    })
  }

  /** A server may send the complete answer although pieces were requested; its reply states which it is. */
  async #read(response: Response, { onActivity, onText }: CallOptions): Promise<ChatCompletion> {
    const saysStream = response.headers.get('content-type')?.includes('text/event-stream') === true
    if (saysStream && response.body !== null)
      return readChatStream(this.name, serverEvents(response.body, onActivity), onText)
    const text = await response.text()
    // Some servers and proxies give a stream another content type.
    const events = isStream(text) ? new Response(text).body : null
    if (events !== null) return readChatStream(this.name, serverEvents(events, onActivity), onText)
    return checkText(this.name, text, response, chatCompletion)
  }
}

const reasonOf = (error: unknown): string => (MaestroError.is(error) ? error.message : String(error))
