import { createMemoryCache } from '../../builtin/memory-cache.js'
import type { AnswerOrigin, CachedAnswer, ResponseCache } from '../../contracts/response-cache.js'
import type { ServingBase } from '../../contracts/serving.js'
import type { Fingerprint } from '../fingerprint.js'

/** For whom an answer is looked up or stored. */
export interface AnswerPlace {
  readonly serving: ServingBase
  /** Whether it may outlive the run. */
  readonly shared: boolean
  readonly run: string | undefined
  /** For which step and row it is asked. */
  readonly origin: AnswerOrigin
}

/**
 * The response cache that a call uses: the shared one, for servings that say what their answers depend on, or the one
 * of the run, whose answers are always reused.
 */
export class ResponseCaches {
  readonly #shared: () => ResponseCache | undefined
  readonly #runs = new Map<string, ResponseCache>()

  /** @param shared Gives the cache beyond the run; it is asked when an answer of it is looked for. */
  constructor(shared: () => ResponseCache | undefined = () => undefined) {
    this.#shared = shared
  }

  get(place: AnswerPlace, { key }: Fingerprint): Promise<CachedAnswer | undefined> | undefined {
    return this.#cacheOf(place)?.get(key, place.origin)
  }

  set(place: AnswerPlace, { key, parts }: Fingerprint, answer: CachedAnswer): Promise<void> | undefined {
    return this.#cacheOf(place)?.set(key, answer, parts, place.origin)
  }

  /** Forgets the answers that were a run's own. */
  async endRun(run: string): Promise<void> {
    const answers = this.#runs.get(run)
    this.#runs.delete(run)
    await answers?.dispose()
  }

  #cacheOf({ serving, shared, run }: AnswerPlace): ResponseCache | undefined {
    const lasting = shared && serving.identity !== undefined ? this.#shared() : undefined
    if (lasting !== undefined) return lasting
    if (run === undefined) return undefined
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const made = createMemoryCache()
    this.#runs.set(run, made)
    return made
  }
}
