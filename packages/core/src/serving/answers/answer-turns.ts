import type { CachedAnswer } from '../../contracts/response-cache.js'
import type { LLMResult } from '../../contracts/serving.js'
import { MaestroError, type MaestroErrorInit } from '../../errors/maestro-error.js'
import type { Fingerprint } from '../fingerprint.js'
import type { UsageRecord } from '../usage-record.js'
import type { AnswerPlace, ResponseCaches } from './response-caches.js'
import type { Spent } from './run-answers.js'

/** The errors with which a provider answers a question for good. */
const refusals: ReadonlySet<string> = new Set([
  'MAESTRO_SERVING_BAD_REQUEST',
  'MAESTRO_SERVING_CONTEXT_TOO_LONG',
  'MAESTRO_SERVING_FILTERED',
  'MAESTRO_SERVING_REFUSED',
  'MAESTRO_SERVING_REQUEST_TOO_LARGE',
  'MAESTRO_SERVING_UNFINISHED',
])

/**
 * The answers to one question that did not become its final one, in order: those that an earlier process of the run
 * received, and then those of this process, which are recorded.
 */
export class AnswerTurns {
  readonly #answers: ResponseCaches
  readonly #place: AnswerPlace
  readonly #fingerprint: Fingerprint
  readonly #redact: (error: MaestroError) => MaestroError
  #turn = 0
  #isKnown = false

  /** @param redact Removes secrets from what is recorded of a failure. */
  constructor(
    answers: ResponseCaches,
    place: AnswerPlace,
    fingerprint: Fingerprint,
    redact: (error: MaestroError) => MaestroError,
  ) {
    this.#answers = answers
    this.#place = place
    this.#fingerprint = fingerprint
    this.#redact = redact
  }

  /** The next recorded answer; undefined if the question has to be asked. @throws the failure on record */
  next(record: UsageRecord): CachedAnswer | undefined {
    const known = this.#answers.turn(this.#place, this.#fingerprint, this.#turn)
    this.#isKnown = known !== undefined
    if (known === undefined) return undefined
    const { tries = 0, usage } = known.spent ?? {}
    if (usage !== undefined) record.resume({ tries, usage, cost: usage.cost })
    if (known.answer.failure !== undefined) throw new MaestroError(known.answer.failure as MaestroErrorInit)
    return known.answer
  }

  /** Records that the provider refuses the question, so that a resumed run does not ask it again. */
  async refused(error: unknown, spent: () => Spent): Promise<void> {
    if (!MaestroError.is(error) || !refusals.has(error.code)) return
    const { code, message, hint } = this.#redact(error)
    await this.#answers.setTurn(this.#place, this.#fingerprint, this.#turn, { failure: { code, message, hint } }, spent)
  }

  /** Records the answer to the last turn, unless it comes from the record. */
  async keep(result: LLMResult, spent: () => Spent): Promise<void> {
    const turn = this.#turn++
    if (!this.#isKnown) await this.#answers.setTurn(this.#place, this.#fingerprint, turn, storable(result), spent)
  }
}

/** An answer without what concerns only the moment of its call. */
export function storable({ rateLimits: _, warnings: __, ...result }: LLMResult): CachedAnswer {
  return result
}
