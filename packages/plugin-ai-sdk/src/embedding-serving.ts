import {
  boundedCall,
  type CallOptions,
  countOf,
  type EmbeddingResult,
  type EmbeddingServing,
  estimateTokens,
  maestroError,
  parseOptions,
  readRateLimits,
  uncountedTokens,
} from '@maestro-dataflow/core'
import { AISDKServing } from './ai-sdk-serving.js'
import { type EmbeddingSettings, embeddingSettings, type NamedEmbeddingOptions } from './embedding-serving-options.js'
import { warningText } from './from-answer.js'
import { assertSupported, type EmbeddingModel, loadModel } from './load-model.js'
import { factsOfGiven, factsOfNamed, type ModelFacts } from './model-facts.js'
import { withTolerantFetch } from './tolerant-model.js'

const defaultBatchSize = 64

/** An embedding model of the AI SDK as a serving. */
export class AISDKEmbeddingServing extends AISDKServing<EmbeddingModel> implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly batchSize: number
  readonly #settings: EmbeddingSettings

  constructor(facts: ModelFacts, settings: EmbeddingSettings, load: () => Promise<EmbeddingModel>) {
    super(facts, load)
    this.batchSize = settings.batchSize ?? defaultBatchSize
    this.#settings = settings
  }

  /** @throws MAESTRO_AI_SDK_*, MAESTRO_SERVING_* */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    if (texts.length === 0) return { vectors: [], usage: noTokens, model: this.model ?? this.name }
    return boundedCall(this.boundsOf(options), async (signal) => {
      const model = await this.loaded()
      const most = Math.max(1, (await model.maxEmbeddingsPerCall) ?? texts.length)
      const parts: EmbeddingResult[] = []
      for (let at = 0; at < texts.length; at += most)
        parts.push(await this.#call(model, texts.slice(at, at + most), signal))
      return parts.length === 1 ? (parts[0] as EmbeddingResult) : joined(parts)
    })
  }

  async #call(model: EmbeddingModel, texts: readonly string[], signal: AbortSignal): Promise<EmbeddingResult> {
    const { providerOptions } = this.#settings
    const given = {
      values: texts.map((text) => text.toWellFormed()),
      abortSignal: signal,
      ...(providerOptions === undefined ? {} : { providerOptions }),
    }
    const { embeddings, usage, response, ...rest } = await model.doEmbed(given)
    if (embeddings.length !== texts.length) {
      const reason = `it contains ${embeddings.length} vectors for ${texts.length} texts`
      throw maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving: this.name, reason })
    }
    const estimated = texts.reduce((sum, text) => sum + estimateTokens(text), 0)
    const rateLimits = response?.headers === undefined ? undefined : readRateLimits(new Headers(response.headers))
    const told = 'warnings' in rest ? rest.warnings.map(warningText) : []
    const counted = countOf(usage?.tokens)
    const warnings = counted === undefined ? [...told, uncountedTokens] : told
    return {
      vectors: embeddings.map((vector) => Float32Array.from(vector)),
      usage: { inputTokens: counted ?? estimated, outputTokens: 0 },
      model: this.model ?? this.name,
      ...(rateLimits === undefined ? {} : { rateLimits }),
      ...(warnings.length === 0 ? {} : { warnings }),
    }
  }
}

const noTokens = { inputTokens: 0, outputTokens: 0 }

function joined(parts: readonly EmbeddingResult[]): EmbeddingResult {
  const last = parts.at(-1) as EmbeddingResult
  const inputTokens = parts.reduce((sum, { usage }) => sum + usage.inputTokens, 0)
  return { ...last, vectors: parts.flatMap(({ vectors }) => vectors), usage: { inputTokens, outputTokens: 0 } }
}

/** A model that is imported when it is first called. */
export function embeddingServingOf(named: NamedEmbeddingOptions, directory: string): EmbeddingServing {
  const { providerOptions, batchSize } = named
  return new AISDKEmbeddingServing(factsOfNamed(named, { providerOptions }), { providerOptions, batchSize }, () =>
    loadModel('embedding', named, directory),
  )
}

/**
 * Turns an embedding model of the AI SDK into a serving.
 *
 * @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_AI_SDK_SPECIFICATION
 * @example
 * maestro({ plugins: [ai], servings: { embedder: fromAISDKEmbeddings(mistral.embeddingModel('mistral-embed')) } })
 */
export function fromAISDKEmbeddings(model: EmbeddingModel, settings: EmbeddingSettings = {}): EmbeddingServing {
  const checked = withTolerantFetch(assertSupported(model))
  const read = parseOptions('fromAISDKEmbeddings', embeddingSettings, settings)
  return new AISDKEmbeddingServing(factsOfGiven(checked), read, async () => checked)
}
