import type { LanguageModelV2CallOptions } from '@ai-sdk/provider'
import {
  boundedCall,
  type CallOptions,
  estimateChatTokens,
  flexTimeoutOf,
  isFlexUnavailable,
  type JsonSchema,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type MediaAccess,
  maestroError,
  parseOptions,
  type Sampling,
  toGrammarSchema,
  wholeJson,
  withoutOmitted,
} from '@maestro-dataflow/core'
import { AISDKServing } from './ai-sdk-serving.js'
import { cacheMarkOf } from './cache-mark.js'
import { type ChatSettings, chatSettings, type NamedChatOptions } from './chat-serving-options.js'
import { fromAnswer, warningText } from './from-answer.js'
import type { GivenAnswer } from './given-answer.js'
import { knownModel } from './known-models.js'
import { assertSupported, type LanguageModel, loadModel } from './load-model.js'
import { factsOfGiven, factsOfNamed, type ModelFacts, shortName } from './model-facts.js'
import { type ServiceTier, tierOptions } from './service-tier.js'
import { type Turn, toPrompt, withWrappedData } from './to-prompt.js'
import { withTolerantFetch } from './tolerant-model.js'

/** The call options that all specifications share. */
type CommonOptions = Omit<LanguageModelV2CallOptions, 'prompt' | 'tools' | 'toolChoice'>

/** A language model of the AI SDK as a serving. The serving plane provides retries, limits, caching, and costs. */
export class AISDKChatServing extends AISDKServing<LanguageModel> implements LLMServing {
  readonly kind = 'llm'
  readonly capabilities: LLMCapabilities
  readonly tier: string | undefined
  readonly defaults: LLMServing['defaults']
  readonly #settings: ChatSettings
  readonly #access: MediaAccess

  constructor(
    facts: ModelFacts,
    capabilities: LLMCapabilities,
    settings: ChatSettings,
    access: MediaAccess,
    load: () => Promise<LanguageModel>,
  ) {
    super(facts, load)
    this.capabilities = capabilities
    this.#settings = settings
    this.#access = access
    const { tier, temperature, topP, topK, seed, stop, maxTokens, reasoningEffort } = settings
    this.defaults = { temperature, topP, topK, seed, stop, maxTokens, reasoningEffort }
    this.tier = tier !== undefined && tierOptions(this.provider ?? '', tier) !== undefined ? tier : undefined
  }

  /** @throws MAESTRO_AI_SDK_*, MAESTRO_SERVING_*, MAESTRO_MEDIA_* */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const { tier, flexTimeout } = this.#settings
    if (tier !== 'flex') return this.#generate(request, options, tier)
    try {
      const timeout = flexTimeoutOf(flexTimeout, options.timeout)
      return await this.#generate(request, { ...options, timeout }, tier)
    } catch (error) {
      if (options.signal?.aborted === true || !isFlexUnavailable(error)) throw error
      const result = await this.#generate(request, options, 'standard')
      const warning = `A request in the tier flex was sent again in the standard tier: ${(error as Error).message}`
      return { tier: 'standard', ...result, warnings: [...(result.warnings ?? []), warning] }
    }
  }

  #generate(request: LLMRequest, options: CallOptions, tier: ServiceTier | undefined): Promise<LLMResult> {
    return boundedCall(this.boundsOf(options), async (signal) => {
      const model = await this.loaded()
      const prompt = await toPrompt(request.messages, this.#promptSettings(model, signal, options.sharedPrefix))
      const tierGiven = tier === undefined ? {} : tierOptions(model.provider, tier)
      const callOptions = this.#callOptions(request, options.omit, tierGiven)
      const answer = await this.#ask(model, prompt, { ...callOptions, abortSignal: signal }, options.omit)
      const promptTokens = () => estimateChatTokens(request.messages)
      const { provider } = model
      const read = fromAnswer(answer, { serving: this.name, model: this.model ?? this.name, promptTokens, provider })
      const warning = `The provider ${model.provider} has no tier "${tier}".`
      const added = [...(tierGiven === undefined ? [warning] : []), ...this.#priceWarnings()]
      const result = added.length === 0 ? read : { ...read, warnings: [...(read.warnings ?? []), ...added] }
      if (request.schema === undefined) return result
      assertHeld(this.name, answer.warnings, result)
      const object = wholeJson(result.text)
      return object === undefined ? result : { ...result, object }
    })
  }

  #priceWarnings(): readonly string[] {
    const { provider = '', model = '', price } = this
    return price !== undefined && knownModel(provider, model)?.offPeak === true
      ? [`${provider} charges less for ${model} at some hours. Costs count the prices of the other hours.`]
      : []
  }

  async #ask(
    model: LanguageModel,
    prompt: Turn[],
    options: CommonOptions,
    omit: CallOptions['omit'],
  ): Promise<GivenAnswer> {
    const { reasoningEffort } = withoutOmitted(this.#settings, omit)
    switch (model.specificationVersion) {
      case 'v4':
        return model.doGenerate({
          ...options,
          prompt: withWrappedData(prompt),
          ...(reasoningEffort === undefined ? {} : { reasoning: reasoningEffort }),
        })
      case 'v3':
        return model.doGenerate({ ...options, prompt })
      case 'v2':
        return model.doGenerate({ ...options, prompt })
    }
  }

  #promptSettings(model: LanguageModel, signal: AbortSignal, sharedPrefix: number | undefined) {
    const { files = true, cachePrompt } = this.#settings
    const { images, audio } = this.capabilities
    return {
      model: this.model ?? this.name,
      accepts: { image: images, audio, file: files },
      access: { ...this.#access, signal },
      cacheMark: cacheMarkOf(model.provider, cachePrompt, sharedPrefix),
    }
  }

  #callOptions(
    request: LLMRequest,
    omit: CallOptions['omit'],
    tierGiven: ReturnType<typeof tierOptions> = {},
  ): CommonOptions {
    const { providerOptions: own, ...defaults } = withoutOmitted(this.#settings, omit)
    const providerOptions = merged(tierGiven, own)
    const temperature = request.temperature ?? defaults.temperature
    const topP = request.topP ?? defaults.topP
    const topK = request.topK ?? defaults.topK
    const seed = request.seed ?? defaults.seed
    const stop = request.stop ?? defaults.stop
    const maxTokens = request.maxTokens ?? defaults.maxTokens
    return {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(topK === undefined ? {} : { topK }),
      ...(seed === undefined ? {} : { seed }),
      ...(stop === undefined || stop.length === 0 ? {} : { stopSequences: [...stop] }),
      ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
      ...(request.schema === undefined ? {} : { responseFormat: formatOf(request.schema) }),
      ...(Object.keys(providerOptions).length === 0 ? {} : { providerOptions }),
    }
  }
}

type ProviderOptions = NonNullable<CommonOptions['providerOptions']>

/** What the config passes on to a provider counts before what follows from other options. */
function merged(one: NonNullable<ReturnType<typeof tierOptions>>, other: ProviderOptions = {}): ProviderOptions {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return Object.fromEntries(names.map((name) => [name, { ...one[name], ...other[name] }]))
}

/** The packages whose models are asked by the Responses API, which has fewer settings. */
const usesResponses: ReadonlySet<string> = new Set(['@ai-sdk/openai', '@ai-sdk/azure'])

/** The capabilities that the options state, or else what is known about the model. */
export function chatCapabilities(settings: ChatSettings | NamedChatOptions): LLMCapabilities {
  const known = 'provider' in settings ? knownModel(shortName(settings.provider), settings.model) : undefined
  const { images = known?.images ?? true, audio = false, contextTokens = known?.contextTokens } = settings
  const unsupported: readonly (keyof Sampling)[] = [
    ...(known?.sampling === false ? (['temperature', 'topP', 'topK'] as const) : []),
    ...('provider' in settings && usesResponses.has(settings.provider) ? (['topK', 'seed', 'stop'] as const) : []),
  ]
  return {
    jsonSchema: settings.structuredOutput ?? holdsSchemas(settings),
    images,
    audio,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(unsupported.length === 0 ? {} : { unsupportedSettings: unsupported }),
    ...(known?.retires === undefined ? {} : { retires: known.retires }),
  }
}

/** Servers with the API of OpenAI receive schemas only if the options of their package say that they support them. */
function holdsSchemas(settings: ChatSettings | NamedChatOptions): boolean {
  const isCompatible = 'provider' in settings && settings.provider === '@ai-sdk/openai-compatible'
  return !isCompatible || settings.options.supportsStructuredOutputs === true
}

/** A model that is imported when it is first called. */
export function chatServingOf(named: NamedChatOptions, directory: string, access: MediaAccess): AISDKChatServing {
  const { provider: _, model: __, factory: ___, options: ____, ...settings } = named
  const { structuredOutput, images, audio, files, contextTokens, flexTimeout, ...affecting } = settings
  return new AISDKChatServing(factsOfNamed(named, affecting), chatCapabilities(named), settings, access, () =>
    loadModel('llm', named, directory),
  )
}

/**
 * Turns a language model of the AI SDK into a serving.
 *
 * @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_AI_SDK_SPECIFICATION
 * @example
 * maestro({ plugins: [ai], servings: { default: fromAISDK(anthropic('claude-sonnet-4-5')) } })
 */
export function fromAISDK(model: LanguageModel, settings: ChatSettings = {}, access: MediaAccess = {}): LLMServing {
  const checked = withTolerantFetch(assertSupported(model))
  const read = parseOptions('fromAISDK', chatSettings, settings)
  return new AISDKChatServing(factsOfGiven(checked), chatCapabilities(read), read, access, async () => checked)
}

/**
 * A provider package without support for schemas says so in a warning, and the model has not seen the schema.
 *
 * @throws MAESTRO_SERVING_SCHEMA_REFUSED, after which the prompt describes the schema
 */
function assertHeld(serving: string, warnings: GivenAnswer['warnings'], { usage }: LLMResult): void {
  const refusal = warnings.find(
    (warning) =>
      (warning.type === 'unsupported' && warning.feature === 'responseFormat') ||
      (warning.type === 'unsupported-setting' && warning.setting === 'responseFormat'),
  )
  if (refusal !== undefined)
    throw maestroError('MAESTRO_SERVING_SCHEMA_REFUSED', { serving, reason: warningText(refusal), usage })
}

/** Providers support different parts of JSON Schema. The serving plane checks the answer against the whole schema. */
function formatOf(schema: JsonSchema) {
  return { type: 'json' as const, schema: toGrammarSchema(schema), name: 'answer' }
}
