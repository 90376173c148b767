import {
  boundedCall,
  type CallOptions,
  maestroError,
  parseOptions,
  type RerankResult,
  type RerankServing,
  readRateLimits,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { AISDKServing } from './ai-sdk-serving.js'
import { assertSupported, loadModel, type RerankModel } from './load-model.js'
import { factsOfGiven, factsOfNamed, type ModelFacts } from './model-facts.js'
import { isModel, namedModel, providerOptions } from './provider-options.js'
import { withTolerantFetch } from './tolerant-model.js'

const settings = {
  /** What the provider receives with every request, by its name. */
  providerOptions,
}

const rerankSettings = z.strictObject(settings)

const given = z.strictObject({
  /** A model that was created in code. */
  model: z.custom<RerankModel>(
    (value) => isModel(value, 'doRerank'),
    'must be a rerank model of the AI SDK, or the name of a model with its `provider`',
  ),
  ...settings,
})

const named = z.strictObject({ ...namedModel, ...settings })

/** The options of `ai-sdk.rerank`. */
export const aiSdkRerankOptions = z.union([named, given])

/** The options of `ai-sdk.rerank`. */
export type AISDKRerankOptions = z.input<typeof aiSdkRerankOptions>
type RerankSettings = z.output<typeof rerankSettings>

/** A rerank model of the AI SDK as a serving. */
export class AISDKRerankServing extends AISDKServing<RerankModel> implements RerankServing {
  readonly kind = 'rerank'
  readonly #settings: RerankSettings

  constructor(facts: ModelFacts, settings: RerankSettings, load: () => Promise<RerankModel>) {
    super(facts, load)
    this.#settings = settings
  }

  /** @throws MAESTRO_AI_SDK_*, MAESTRO_SERVING_* */
  async rerank(query: string, documents: readonly string[], options: CallOptions = {}): Promise<RerankResult> {
    const name = this.model ?? this.name
    if (documents.length === 0) return { scores: [], model: name }
    return boundedCall(this.boundsOf(options), async (signal) => {
      const model = await this.loaded()
      const { providerOptions } = this.#settings
      const { ranking, response } = await model.doRerank({
        query: query.toWellFormed(),
        documents: { type: 'text', values: documents.map((text) => text.toWellFormed()) },
        abortSignal: signal,
        ...(providerOptions === undefined ? {} : { providerOptions }),
      })
      const rateLimits = response?.headers === undefined ? undefined : readRateLimits(new Headers(response.headers))
      return {
        scores: this.#scoresOf(ranking, documents.length),
        model: response?.modelId || name,
        ...(rateLimits === undefined ? {} : { rateLimits }),
      }
    })
  }

  /** The ranking has the documents in the order of their scores. */
  #scoresOf(ranking: readonly { index: number; relevanceScore: number }[], count: number): readonly number[] {
    const scores = new Array<number | undefined>(count).fill(undefined)
    for (const { index, relevanceScore } of ranking) if (index in scores) scores[index] = relevanceScore
    return scores.map((score, index) => {
      if (typeof score === 'number' && Number.isFinite(score)) return score
      const reason = `it contains no score for document ${index + 1} of ${count}`
      throw maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving: this.name, reason })
    })
  }
}

/** A model that is imported when it is first called. */
export function rerankServingOf(options: z.output<typeof named>, directory: string): RerankServing {
  const { providerOptions } = options
  return new AISDKRerankServing(factsOfNamed(options, { providerOptions }), { providerOptions }, () =>
    loadModel('rerank', options, directory),
  )
}

/** Turns a rerank model of the AI SDK into a serving. @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_AI_SDK_SPECIFICATION */
export function fromAISDKRerank(model: RerankModel, settings: RerankSettings = {}): RerankServing {
  const checked = withTolerantFetch(assertSupported(model))
  const read = parseOptions('fromAISDKRerank', rerankSettings, settings)
  return new AISDKRerankServing(factsOfGiven(checked), read, async () => checked)
}
