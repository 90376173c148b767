import { createMemoryCache } from '../../builtin/memory-cache.js'
import type { AnswerOrigin, CachedAnswer, ResponseCache } from '../../contracts/response-cache.js'
import type { ServingBase } from '../../contracts/serving.js'
import type { Fingerprint } from '../fingerprint.js'
import type { RecordedAnswer, RunAnswers, Spent } from './run-answers.js'

/** How long, in milliseconds, the shared cache is waited for. One that takes longer is not asked again. */
const patience = 30_000

/** Describes the caller for whom an answer is looked up or stored. */
export interface AnswerPlace {
  readonly serving: ServingBase
  /** Whether the answer may outlive the run. */
  readonly shared: boolean
  readonly run: string | undefined
  /** The step and row that ask. */
  readonly origin: AnswerOrigin
}

/** A known answer, and whether an earlier process of the run paid for it. */
export interface ReusedAnswer extends RecordedAnswer {
  readonly from: 'cache' | 'resumed'
}

/**
 * Finds and stores the answers of calls. A run has its own answers, which are always reused: on disk if the run can be
 * resumed, and otherwise in memory. The shared cache is used in addition for servings that state what their answers
 * depend on.
 */
export class ResponseCaches {
  readonly #shared: () => ResponseCache | undefined
  readonly #onFault: (error: unknown) => void
  readonly #runs = new Map<string, RunAnswers>()
  readonly #fresh = new Set<string>()
  /** Whether the shared cache has not answered in time. */
  #isHung = false
  readonly #memories = new Map<string, ResponseCache>()

  /**
   * @param shared Returns the shared cache. It is called when an answer is looked up there.
   * @param onFault Called when the shared cache fails, which must cost no answer: it is asked for, or not stored.
   */
  constructor(
    shared: () => ResponseCache | undefined = () => undefined,
    onFault: (error: unknown) => void = () => undefined,
  ) {
    this.#shared = shared
    this.#onFault = onFault
  }

  /** From now on, a run's answers are in its record. @param isFresh Whether it reuses no answer of another run. */
  beginRun(run: string, answers: RunAnswers, isFresh: boolean): void {
    this.#runs.set(run, answers)
    if (isFresh) this.#fresh.add(run)
  }

  get(place: AnswerPlace, { key }: Fingerprint): Promise<ReusedAnswer | undefined> | ReusedAnswer | undefined {
    const own = this.#runOf(place)?.get(key)
    if (own !== undefined) return { answer: own.answer, spent: own.spent, from: own.resumed ? 'resumed' : 'cache' }
    if (place.run !== undefined && this.#fresh.has(place.run)) return undefined
    const cache = this.#cacheOf(place)
    return cache && this.#lookUp(cache, key, place)
  }

  /** Resolves when the answer is stored safely. @param spent What the calls for it took since the last record. */
  async set(place: AnswerPlace, { key, parts }: Fingerprint, answer: CachedAnswer, spent: () => Spent): Promise<void> {
    // An answer that is only in the shared cache after a crash would count as one that was not paid for.
    await this.#runOf(place)?.set(key, answer, spent())
    await this.#store(place, key, answer, parts)
  }

  async #lookUp(cache: ResponseCache, key: string, { origin }: AnswerPlace): Promise<ReusedAnswer | undefined> {
    try {
      const answer = await this.#inTime(cache.get(key, origin))
      return answer === undefined ? undefined : { answer, from: 'cache' }
    } catch (error) {
      this.#onFault(error)
      return undefined
    }
  }

  async #store(place: AnswerPlace, key: string, answer: CachedAnswer, parts: Fingerprint['parts']): Promise<void> {
    try {
      const cache = this.#cacheOf(place)
      if (cache !== undefined) await this.#inTime(cache.set(key, answer, parts, place.origin))
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** A cache that never answers costs neither an answer nor the end of the run. */
  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#isHung = true
        reject(new RangeError(`it did not answer within ${patience / 1000} s, and is not asked again`))
      }, patience)
      // A cache that was written without types may give what is no promise.
      Promise.resolve(work).then(
        (result) => {
          clearTimeout(timer)
          resolve(result)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  /** An answer of an earlier process of the run that did not become the final one. */
  turn(place: AnswerPlace, { key }: Fingerprint, turn: number): RecordedAnswer | undefined {
    return this.#runOf(place)?.turn(key, turn)
  }

  /** Stores an answer that does not become the final one, for the record of the run. */
  async setTurn(
    place: AnswerPlace,
    { key }: Fingerprint,
    turn: number,
    answer: CachedAnswer,
    spent: () => Spent,
  ): Promise<void> {
    await this.#runOf(place)?.setTurn(key, turn, answer, spent())
  }

  /** Removes the answers that belong to one run from memory, and closes its record. */
  async endRun(run: string): Promise<void> {
    const memory = this.#memories.get(run)
    const record = this.#runs.get(run)
    this.#memories.delete(run)
    this.#runs.delete(run)
    this.#fresh.delete(run)
    await memory?.dispose()
    await record?.dispose()
  }

  #runOf({ run }: AnswerPlace): RunAnswers | undefined {
    return run === undefined ? undefined : this.#runs.get(run)
  }

  #cacheOf({ serving, shared, run }: AnswerPlace): ResponseCache | undefined {
    const lasting = shared && !this.#isHung && serving.identity !== undefined ? this.#shared() : undefined
    if (lasting !== undefined) return lasting
    if (run === undefined || this.#runs.has(run)) return undefined
    const known = this.#memories.get(run)
    if (known !== undefined) return known
    const made = withinRun(createMemoryCache())
    this.#memories.set(run, made)
    return made
  }
}

/** A cache of one run, whose rows repeat the requests of rows near them: the least recently used answer leaves first. */
function withinRun(cache: ResponseCache): ResponseCache {
  return { ...cache, get: (key) => cache.get(key), set: (key, answer, parts) => cache.set(key, answer, parts) }
}
