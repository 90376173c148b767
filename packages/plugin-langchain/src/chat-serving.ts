import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import type {
  CallOptions,
  LLMCapabilities,
  LLMRequest,
  LLMResult,
  LLMServing,
  Price,
  ServingBase,
} from '@maestro-dataflow/core'
import { chatError } from './chat-error.js'
import { type GivenChatModel, isChatModel, type NamedChatModel } from './chat-serving-options.js'
import { langchainError } from './errors.js'
import { fromChatAnswer } from './from-chat-answer.js'
import { createFrom } from './import-export.js'
import { factsOfChatModel, factsOfExport, type ModelFacts } from './model-facts.js'
import { withoutRetries } from './own-calls.js'
import { ModelVariants, settingsOf } from './sampling.js'
import { toChatMessages } from './to-chat-messages.js'

/** What you know of a model better than it says itself. */
export interface FromLangChainOptions extends Omit<GivenChatModel, 'model'> {
  /** For people and accounting. @default `langchain`, the provider and the model */
  readonly name?: string
  /** Whose limits calls count against. @default a limiter of its own */
  readonly account?: string
  /** Dollars per million tokens. */
  readonly price?: Price
}

/** A chat model of LangChain.js as a serving. */
export class LangChainChatServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly identity: ServingBase['identity']
  readonly account: string | undefined
  readonly price: Price | undefined
  readonly concurrency: number | undefined
  readonly capabilities: LLMCapabilities
  readonly #make: () => Promise<BaseChatModel>
  #variants: Promise<ModelVariants> | undefined

  constructor(
    facts: ModelFacts & Pick<ServingBase, 'price'>,
    capabilities: LLMCapabilities,
    make: () => Promise<BaseChatModel>,
  ) {
    this.name = facts.name
    this.provider = facts.provider
    this.model = facts.model
    this.identity = facts.identity
    this.account = facts.account
    this.price = facts.price
    this.concurrency = facts.concurrency
    this.capabilities = capabilities
    this.#make = make
  }

  /** @throws MAESTRO_LANGCHAIN_*, MAESTRO_SERVING_* */
  async generate(request: LLMRequest, { signal }: CallOptions = {}): Promise<LLMResult> {
    const variants = await this.#load()
    const base = variants.with({})
    const { call, fields } = settingsOf(base, request)
    const model = variants.with(fields)
    const options = { ...defaultsOf(base), ...call, maxRetries: 0, ...(signal === undefined ? {} : { signal }) }
    try {
      if (request.schema !== undefined) return await this.#structured(model, request, options)
      return fromChatAnswer(await model.invoke(toChatMessages(request.messages), options), this.model ?? this.name)
    } catch (error) {
      throw chatError(this.name, error)
    }
  }

  async #structured(
    model: BaseChatModel,
    { schema = {}, messages }: LLMRequest,
    options: Readonly<Record<string, unknown>>,
  ): Promise<LLMResult> {
    const held = this.#hold(model, schema)
    const answer = await held.invoke(toChatMessages(messages), options)
    if (isRaw(answer)) return fromChatAnswer(answer.raw, this.model ?? this.name)
    // A model may give its data alone, whatever it is asked for.
    const usage = { inputTokens: 0, outputTokens: 0 }
    const text = JSON.stringify(answer)
    return { text, object: answer, finishReason: 'stop', usage, model: this.model ?? this.name }
  }

  #hold(model: BaseChatModel, schema: object) {
    try {
      return model.withStructuredOutput(schema, { name: 'answer', includeRaw: true })
    } catch (error) {
      const reason = (error as Error).message
      throw langchainError('MAESTRO_LANGCHAIN_STRUCTURED_OUTPUT', { model: this.name, reason }, error)
    }
  }

  #load(): Promise<ModelVariants> {
    this.#variants ??= this.#make().then((model) => new ModelVariants(withoutRetries(model)))
    // What could not be imported may be there the next time.
    this.#variants.catch(() => {
      this.#variants = undefined
    })
    return this.#variants
  }
}

/**
 * A chat model of LangChain.js as a serving. The serving plane tries again, so the model's own retries are turned off.
 *
 * @example
 * const serving = fromLangChain(new ChatOpenAI({ model: 'gpt-5-mini' }))
 * maestro({ plugins: [ai], servings: { default: serving } })
 */
export function fromLangChain(model: BaseChatModel, options: FromLangChainOptions = {}): LLMServing {
  if (!isChatModel(model))
    throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found: typeof model, expected: 'a chat model' })
  const { name, account, price } = options
  const facts = {
    ...factsOfChatModel(model),
    ...(name === undefined ? {} : { name }),
    ...(account === undefined ? {} : { account }),
    price,
  }
  return new LangChainChatServing(facts, capabilitiesOf(model, options), async () => model)
}

/** A chat model that is imported and made when it is first asked. */
export function chatServingOf(named: NamedChatModel, directory: string): LLMServing {
  const { options } = named
  return new LangChainChatServing(factsOfExport(named, options), capabilitiesOfNamed(named), async () => {
    const model = await createFrom(named, [{ ...options, maxRetries: 0 }], directory)
    if (isChatModel(model)) return model
    const found = `${named.export} of ${named.from}`
    throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a chat model' })
  })
}

export function capabilitiesOf(model: BaseChatModel, options: Omit<GivenChatModel, 'model'>): LLMCapabilities {
  const { structuredOutput, toolCalling, imageInputs, audioInputs, maxInputTokens } = model.profile
  return {
    jsonSchema: options.structuredOutput ?? (structuredOutput || (toolCalling ?? model.bindTools !== undefined)),
    images: options.images ?? imageInputs ?? true,
    audio: audioInputs ?? false,
    ...(maxInputTokens === undefined ? {} : { contextTokens: maxInputTokens }),
  }
}

/** Nothing is known of a class before it is imported; most providers' packages can do both. */
export function capabilitiesOfNamed({ structuredOutput = true, images = true }: NamedChatModel): LLMCapabilities {
  return { jsonSchema: structuredOutput, images, audio: false }
}

/** Settings that `withConfig` has bound to a model; they are not among what it was made from. */
function defaultsOf(model: BaseChatModel): object {
  return 'defaultOptions' in model && typeof model.defaultOptions === 'object' ? { ...model.defaultOptions } : {}
}

const isRaw = (answer: object): answer is { readonly raw: BaseMessage } =>
  'raw' in answer && typeof answer.raw === 'object' && answer.raw !== null && 'response_metadata' in answer.raw
