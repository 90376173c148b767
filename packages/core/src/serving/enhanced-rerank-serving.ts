import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { CallOptions, RerankResult, RerankServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { PartialAnswers } from './answers/reuse-parts.js'
import { mostTokens } from './budget/estimate-spending.js'
import { callProvider } from './call/call-provider.js'
import { soundScores } from './call/sound-replies.js'
import { type EnhancedOptions, EnhancedServing } from './enhanced-serving.js'
import { fingerprintPair } from './fingerprint.js'

/** The serving plane around a rerank model. The score of each document is cached separately. */
export class EnhancedRerankServing extends EnhancedServing<RerankServing> implements RerankServing {
  readonly kind = 'rerank'
  readonly #scores: PartialAnswers<string, number>

  constructor(provider: RerankServing, options: EnhancedOptions = {}) {
    super(provider, options)
    this.#scores = new PartialAnswers(this.plane.answers)
  }

  /** @throws the provider's typed error; MAESTRO_SERVING_UNEXPECTED_REPLY if there are fewer scores than documents */
  async rerank(query: string, documents: readonly string[], options: CallOptions = {}): Promise<RerankResult> {
    const { result, record } = await this.recorded(options, async (record) => {
      const answer = await this.#scores.answer({
        parts: documents,
        place: this.reuses(options) ? this.answerPlace(options) : undefined,
        fingerprint: (document) => fingerprintPair(this.inner, query, document),
        encode: (score) => ({ score }),
        decode: ({ score }) => (typeof score === 'number' ? score : undefined),
        ask: async (missing) => {
          const { scores } = await callProvider(this.path, {
            options,
            record,
            estimate: () => ({
              input: missing.reduce((sum, document) => sum + mostTokens(document) + mostTokens(query), 0),
              output: 0,
            }),
            ask: async (given) => {
              const reply = soundScores(this.name, await this.inner.rerank(query, missing, given))
              this.#assertScores(missing.length, reply.scores)
              return reply
            },
          })
          return scores
        },
        spent: () => record.takeUnrecorded(1),
      })
      return { result: answer.values, from: answer.from }
    })
    return {
      scores: result,
      ...(record.usage === undefined ? {} : { usage: record.usage }),
      ...(record.cost === undefined ? {} : { cost: record.cost }),
      model: this.model,
    }
  }

  #assertScores(expected: number, scores: readonly number[]): void {
    if (scores.length === expected && scores.every(Number.isFinite)) return
    const reason = `${scores.filter(Number.isFinite).length} scores for ${expected} documents`
    throw maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving: this.name, reason })
  }
}
recogniseAcrossCopies(EnhancedRerankServing, 'EnhancedRerankServing')
