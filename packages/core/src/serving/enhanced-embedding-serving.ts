import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { CallOptions, EmbeddingResult, EmbeddingServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { estimateTokens } from '../provider/estimate-tokens.js'
import { PartialAnswers } from './answers/reuse-parts.js'
import { splitTexts } from './answers/split-texts.js'
import { decodeVector, encodeVector } from './answers/vector-text.js'
import { mostTokens } from './budget/estimate-spending.js'
import { callProvider } from './call/call-provider.js'
import { soundVectors } from './call/sound-replies.js'
import { costOf } from './cost.js'
import { type EnhancedOptions, EnhancedServing } from './enhanced-serving.js'
import { fingerprintText } from './fingerprint.js'
import { soundUsage } from './sound-usage.js'
import type { UsageRecord } from './usage-record.js'

interface Embedded {
  readonly vector: Float32Array
  readonly truncated: boolean
  /** The text's share of the tokens of the call. */
  readonly tokens: number
}

/**
 * The serving plane around an embedding model. Each text is cached separately: one new text among a thousand costs one.
 */
export class EnhancedEmbeddingServing extends EnhancedServing<EmbeddingServing> implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly #texts: PartialAnswers<string, Embedded>
  #dimensions: number | undefined

  /** Returns a serving that is wrapped already, or wraps it. */
  static of(serving: EmbeddingServing): EnhancedEmbeddingServing {
    return serving instanceof EnhancedEmbeddingServing ? serving : new EnhancedEmbeddingServing(serving)
  }

  constructor(provider: EmbeddingServing, options: EnhancedOptions = {}) {
    super(provider, options)
    this.#texts = new PartialAnswers(this.plane.answers)
  }

  get dimensions(): number | undefined {
    return this.inner.dimensions ?? this.#dimensions
  }

  get batchSize(): number | undefined {
    return this.inner.batchSize
  }

  get maxBatchTokens(): number | undefined {
    return this.inner.maxBatchTokens
  }

  /**
   * @throws the provider's typed error; MAESTRO_SERVING_UNEXPECTED_REPLY if the number or the form of the vectors is
   *   wrong
   */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    const { result, record } = await this.recorded(options, async (record) => {
      const answer = await this.#texts.answer({
        parts: texts,
        place: this.reuses(options) ? this.answerPlace(options) : undefined,
        fingerprint: (text) => fingerprintText(this.inner, text),
        encode: ({ vector, truncated, tokens }) => ({
          vector: encodeVector(vector),
          tokens,
          ...(truncated ? { truncated } : {}),
        }),
        decode: ({ vector, truncated = false, tokens = 0 }) => {
          const decoded = decodeVector(vector)
          return decoded && { vector: decoded, truncated: truncated === true, tokens: Number(tokens) }
        },
        split: (missing) => {
          const lists = splitTexts(missing, this.inner)
          record.splitInto(lists.length)
          return lists
        },
        ask: (list) => this.#call(list, options, record),
        spent: () => record.takeUnrecorded(1),
      })
      const { from } = answer
      if (from === 'provider') return { result: answer.values, from }
      const inputTokens = answer.values.reduce((sum, { tokens }) => sum + tokens, 0)
      const usage = { inputTokens, outputTokens: 0 }
      const cost = costOf(usage, this.settings.price)
      return { result: answer.values, from, saved: { usage, ...(cost === undefined ? {} : { cost }) } }
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

  /** One call of a size that the provider takes. */
  async #call(texts: readonly string[], options: CallOptions, record: UsageRecord): Promise<readonly Embedded[]> {
    const {
      vectors,
      truncated = [],
      usage,
    } = await callProvider(this.path, {
      options,
      record,
      estimate: () => ({ input: texts.reduce((sum, text) => sum + mostTokens(text), 0), output: 0 }),
      ask: async (given) => {
        const result = soundVectors(this.name, await this.inner.embed(texts, given))
        for (const warning of result.warnings ?? []) record.warn(warning)
        this.#assertVectors(texts.length, result)
        if (result.vectors.some((vector) => vector.every((value) => value === 0))) record.warn(this.#zeros)
        const usage = soundUsage(result.usage, () => ({
          inputTokens: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
          outputTokens: 0,
        }))
        return usage === result.usage ? result : { ...result, usage }
      },
    })
    const cut = new Set(truncated)
    const characters = texts.reduce((sum, { length }) => sum + length, 0)
    const tokensOf = (index: number) =>
      characters === 0 ? 0 : Math.round((usage.inputTokens * (texts[index]?.length ?? 0)) / characters)
    return vectors.map((vector, index) => ({ vector, truncated: cut.has(index), tokens: tokensOf(index) }))
  }

  get #zeros(): string {
    return `${this.name} returned a vector of zeros, which no search finds.`
  }

  #assertVectors(expected: number, { vectors, usage }: EmbeddingResult): void {
    const unexpected = (reason: string) =>
      maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving: this.name, reason, usage })
    if (vectors.length !== expected) throw unexpected(`${vectors.length} vectors for ${expected} texts`)
    const { dimensions = vectors[0]?.length } = this
    const other = vectors.find(({ length }) => length !== dimensions)
    if (other !== undefined) throw unexpected(`a vector of ${other.length} dimensions among vectors of ${dimensions}`)
    if (dimensions === 0) throw unexpected('a vector without numbers')
    // Only a sound reply decides about later ones.
    this.#dimensions ??= dimensions
  }
}
recogniseAcrossCopies(EnhancedEmbeddingServing, 'EnhancedEmbeddingServing')
