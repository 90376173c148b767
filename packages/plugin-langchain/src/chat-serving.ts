import type { CallbackHandlerMethods } from '@langchain/core/callbacks/base'
import type { BaseLanguageModelInput } from '@langchain/core/language_models/base'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import {
  boundedCall,
  type CallOptions,
  estimateChatTokens,
  type JsonSchema,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  MaestroError,
  type Price,
  parseOptions,
  unsupportedSettingMessage,
  wholeJson,
  withoutUnsupportedSettings,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { capabilitiesOf, capabilitiesOfNamed } from './chat-capabilities.js'
import {
  chatModelSettings,
  type GivenChatModel,
  givenFacts,
  isChatModel,
  type NamedChatModel,
} from './chat-serving-options.js'
import { langchainError } from './errors.js'
import { fromChatAnswer, fromData } from './from-chat-answer.js'
import { createFrom } from './import-export.js'
import { boundsOf, LangChainServing } from './langchain-serving.js'
import { factsOfChatModel, factsOfExport, type ModelFacts } from './model-facts.js'
import { withNotedReplies } from './noted-replies.js'
import { withoutRetries } from './own-calls.js'
import { withOwnFetch, withTolerantClient } from './own-fetch.js'
import { heldSchema, responseFormatOf } from './response-format.js'
import { fieldsOf, ModelVariants, ownSettingsOf, settingsOf, unsupportedSettingsOf } from './sampling.js'
import { StreamedPieces } from './streamed-pieces.js'
import { toChatMessages } from './to-chat-messages.js'
import { toServingError } from './to-serving-error.js'
import { withStreams } from './whole-answers.js'

/** Facts about a model that it does not state itself. */
export interface FromLangChainOptions extends Omit<GivenChatModel, 'model'> {
  /** The name for people and accounting. @default `langchain`, the provider, and the model */
  readonly name?: string
  /** The account whose limits apply to the calls. @default a limiter of its own */
  readonly account?: string
  /** Dollars per million tokens. */
  readonly price?: Price
}

const fromLangChainOptions = z.strictObject({ ...chatModelSettings, ...givenFacts })

/** A chat model of LangChain.js as a serving. */
export class LangChainChatServing extends LangChainServing<ModelVariants> implements LLMServing {
  readonly kind = 'llm'
  readonly capabilities: LLMCapabilities
  readonly defaults: LLMServing['defaults']
  /** Some servers have models that only stream. */
  #mustStream = false

  /** @param given The model, or the arguments of its class. */
  constructor(facts: ModelFacts, capabilities: LLMCapabilities, given: object, make: () => Promise<BaseChatModel>) {
    super(facts, async () => new ModelVariants(withTolerantClient(withoutRetries(await make()))))
    this.capabilities = capabilities
    this.defaults = ownSettingsOf(given)
  }

  /** @throws MAESTRO_LANGCHAIN_*, MAESTRO_SERVING_*, MAESTRO_MEDIA_* */
  async generate(request: LLMRequest, callOptions: CallOptions = {}): Promise<LLMResult> {
    try {
      return await this.#generate(request, callOptions)
    } catch (error) {
      if (this.#mustStream || !wantsStream(error)) throw error
      this.#mustStream = true
      return this.#generate(request, callOptions)
    }
  }

  async #generate(request: LLMRequest, callOptions: CallOptions): Promise<LLMResult> {
    const { name, capabilities } = this
    return boundedCall(boundsOf(name, callOptions), async (signal) => {
      const variants = await this.made()
      const { base } = variants
      const { accepted, removed } = withoutUnsupportedSettings(request, {
        unsupportedSettings: unsupportedSettingsOf(base),
      })
      const { omit = [] } = callOptions
      const { call, fields: sampling } = settingsOf(base, accepted, omit)
      const fields = { ...sampling, ...this.#streaming(base) }
      const messages = await toChatMessages(request.messages, { name, capabilities, signal })
      const options = { ...defaultsOf(base, omit), ...call, maxRetries: 0, signal }
      const { answer: result } = await withNotedReplies(
        () => {
          const ask = () => this.#ask(variants.with(fields), messages, options, request)
          return this.#mustStream && fields.streaming !== true ? withStreams(ask) : ask()
        },
        (error, told) => toServingError(name, error, told),
      )
      const unsent = removed.map((setting) => unsupportedSettingMessage(`The model ${this.model ?? name}`, setting))
      const warnings = [...unsent, ...(result.warnings ?? [])]
      return warnings.length === 0 ? result : { ...result, warnings }
    })
  }

  /**
   * Models of the API of OpenAI are asked for whole answers, also if they would stream: nobody hears the pieces, and
   * LangChain reads whole answers better. Only the pieces of the Responses API are left to LangChain.
   */
  #streaming(base: BaseChatModel): { readonly streaming?: boolean } {
    if (Reflect.get(base, 'clientConfig') === undefined) return {}
    if (this.#mustStream && Reflect.get(base, 'useResponsesApi') === true) return { streaming: true }
    return Reflect.get(base, 'streaming') === true ? { streaming: false } : {}
  }

  async #ask(
    model: BaseChatModel,
    messages: BaseLanguageModelInput,
    given: object,
    request: LLMRequest,
  ): Promise<LLMResult> {
    const { name } = this
    const pieces = new StreamedPieces()
    const asked = { model: this.model ?? name, promptTokens: estimateChatTokens(request.messages), pieces }
    const callbacks = [...callbacksOf(given), pieces.callback]
    const options = { ...given, callbacks }
    if (request.schema === undefined) return fromChatAnswer(name, await model.invoke(messages, options), asked)
    const schema = heldSchema(model, request.schema)
    const format = responseFormatOf(model, schema)
    if (format !== undefined)
      return withObject(fromChatAnswer(name, await model.invoke(messages, { ...options, ...format }), asked))
    const answer = await this.#hold(model, schema).invoke(messages, options)
    return isRaw(answer) ? withObject(fromChatAnswer(name, answer.raw, asked)) : fromData(answer, asked)
  }

  #hold(model: BaseChatModel, schema: JsonSchema) {
    try {
      return model.withStructuredOutput(schema, { name: 'answer', includeRaw: true })
    } catch (error) {
      const reason = (error as Error).message
      throw langchainError('MAESTRO_LANGCHAIN_STRUCTURED_OUTPUT', { model: this.name, reason }, error)
    }
  }
}

/**
 * Turns a chat model of LangChain.js into a serving. The serving plane retries calls, so the model's own retries are
 * turned off.
 *
 * @throws MAESTRO_LANGCHAIN_WRONG_KIND, MAESTRO_PIPELINE_OPTIONS
 * @example
 * const serving = fromLangChain(new ChatOpenAI({ model: 'gpt-5-mini' }))
 * maestro({ plugins: [ai], servings: { default: serving } })
 */
export function fromLangChain(model: BaseChatModel, options: FromLangChainOptions = {}): LLMServing {
  if (!isChatModel(model))
    throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found: typeof model, expected: 'a chat model' })
  parseOptions('fromLangChain', fromLangChainOptions, options)
  const { name, account, price } = options
  const facts = {
    ...factsOfChatModel(model),
    ...(name === undefined ? {} : { name }),
    ...(account === undefined ? {} : { account }),
    price,
  }
  return new LangChainChatServing(facts, capabilitiesOf(model, options), model, async () => model)
}

/** A chat model that is imported and created when it is first asked. */
export function chatServingOf(named: NamedChatModel, directory: string): LLMServing {
  const { options } = named
  return new LangChainChatServing(
    factsOfExport(named, options, directory),
    capabilitiesOfNamed(named),
    options,
    async () => {
      const model = await createFrom(named, [withOwnFetch(named.from, { ...options, maxRetries: 0 })], directory)
      if (isChatModel(model)) return model
      const found = `${named.export} of ${named.from}`
      throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a chat model' })
    },
  )
}

/** The settings that `withConfig` has bound to a model; they are not constructor arguments. */
function defaultsOf(model: BaseChatModel, omit: readonly string[]): object {
  const bound: unknown = Reflect.get(model, 'defaultOptions')
  const omitted = fieldsOf(omit)
  return Object.fromEntries(Object.entries(bound ?? {}).filter(([name]) => !omitted.includes(name)))
}

/** Whether a server has refused to answer in one piece. */
const wantsStream = (error: unknown): boolean =>
  MaestroError.is(error, 'MAESTRO_SERVING_BAD_REQUEST') && /\bstream/i.test(String(error.details.reason))

/** The callbacks that a user has bound to a model. */
function callbacksOf(options: object): readonly CallbackHandlerMethods[] {
  return 'callbacks' in options && Array.isArray(options.callbacks) ? options.callbacks : []
}

/** The result with its data; a text that contains more than data is left to the serving plane. */
function withObject(result: LLMResult): LLMResult {
  const object = wholeJson(result.text)
  return object === undefined ? result : { ...result, object }
}

const isRaw = (answer: object): answer is { readonly raw: BaseMessage } =>
  'raw' in answer && typeof answer.raw === 'object' && answer.raw !== null && 'response_metadata' in answer.raw
