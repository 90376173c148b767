import type { CallOptions, EmbeddingResult, EmbeddingServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { PartialAnswers } from './answers/reuse-parts.js'
import { decodeVector, encodeVector } from './answers/vector-text.js'
import { mostTokens } from './budget/estimate-spending.js'
import { callProvider } from './call/call-provider.js'
import { type EnhancedOptions, EnhancedServing } from './enhanced-serving.js'
import { fingerprintText } from './fingerprint.js'
import type { UsageRecord } from './usage-record.js'

interface Embedded {
  readonly vector: Float32Array
  readonly truncated: boolean
}

/** The serving plane around a model that embeds. Each text is kept by itself: one new text in a thousand costs one. */
export class EnhancedEmbeddingServing extends EnhancedServing<EmbeddingServing> implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly #texts: PartialAnswers<string, Embedded>
  #dimension: number | undefined

  constructor(provider: EmbeddingServing, options: EnhancedOptions = {}) {
    super(provider, options)
    this.#texts = new PartialAnswers(this.plane.answers)
  }

  get dimension(): number | undefined {
    return this.inner.dimension ?? this.#dimension
  }

  get batchSize(): number | undefined {
    return this.inner.batchSize
  }

  /** @throws the provider's typed error, MAESTRO_SERVING_BROKEN_REPLY for fewer vectors or others than were asked for */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    const { result, record } = await this.recorded(options, async (record) => {
      const answer = await this.#texts.answer({
        parts: texts,
        place: this.reuses(options) ? this.answerPlace(options) : undefined,
        fingerprint: (text) => fingerprintText(this.inner, text),
        encode: ({ vector, truncated }) => ({ vector: encodeVector(vector), ...(truncated ? { truncated } : {}) }),
        decode: ({ vector, truncated = false }) => {
          const decoded = decodeVector(vector)
          return decoded === undefined ? undefined : { vector: decoded, truncated: truncated === true }
        },
        ask: (missing) => this.#embed(missing, options, record),
      })
      return { result: answer.values, from: answer.asked > 0 ? 'provider' : 'cache' }
    })
    const truncated = result.flatMap((text, index) => (text.truncated ? [index] : []))
    return {
      vectors: result.map(({ vector }) => vector),
      usage: record.usage ?? { inputTokens: 0, outputTokens: 0 },
      ...(record.cost === undefined ? {} : { cost: record.cost }),
      model: this.model,
      ...(truncated.length === 0 ? {} : { truncated }),
    }
  }

  /** In calls of as many texts as the provider takes, side by side. */
  async #embed(texts: readonly string[], options: CallOptions, record: UsageRecord): Promise<readonly Embedded[]> {
    const size = this.inner.batchSize ?? Math.max(1, texts.length)
    const calls = Array.from({ length: Math.ceil(texts.length / size) }, (_, call) =>
      this.#call(texts.slice(call * size, (call + 1) * size), options, record),
    )
    return (await Promise.all(calls)).flat()
  }

  async #call(texts: readonly string[], options: CallOptions, record: UsageRecord): Promise<readonly Embedded[]> {
    const { vectors, truncated = [] } = await callProvider(this.path, {
      options,
      record,
      estimate: () => ({ input: texts.reduce((sum, text) => sum + mostTokens(text), 0), output: 0 }),
      ask: async (given) => {
        const result = await this.inner.embed(texts, given)
        this.#assertVectors(texts.length, result.vectors)
        return result
      },
    })
    const cut = new Set(truncated)
    return vectors.map((vector, index) => ({ vector, truncated: cut.has(index) }))
  }

  #assertVectors(expected: number, vectors: readonly Float32Array[]): void {
    const broken = (reason: string) => maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving: this.name, reason })
    if (vectors.length !== expected) throw broken(`${vectors.length} vectors for ${expected} texts`)
    for (const { length } of vectors) {
      this.#dimension ??= length
      const { dimension = length } = this
      if (length !== dimension) throw broken(`a vector of ${length} dimensions among vectors of ${dimension}`)
    }
  }
}
