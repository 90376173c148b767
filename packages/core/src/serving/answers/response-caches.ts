import { createMemoryCache } from '../../builtin/memory-cache.js'
import type { AnswerOrigin, CachedAnswer, ResponseCache } from '../../contracts/response-cache.js'
import type { ServingBase } from '../../contracts/serving.js'
import type { Fingerprint } from '../fingerprint.js'

/** Describes the caller for whom an answer is looked up or stored. */
export interface AnswerPlace {
  readonly serving: ServingBase
  /** Whether the answer may outlive the run. */
  readonly shared: boolean
  readonly run: string | undefined
  /** The step and row that ask. */
  readonly origin: AnswerOrigin
}

/**
 * Chooses the response cache of a call: the shared one, for servings that state what their answers depend on, or the
 * one of the run, whose answers are always reused.
 */
export class ResponseCaches {
  readonly #shared: () => ResponseCache | undefined
  readonly #runs = new Map<string, ResponseCache>()

  /** @param shared Returns the shared cache. It is called when an answer is looked up there. */
  constructor(shared: () => ResponseCache | undefined = () => undefined) {
    this.#shared = shared
  }

  get(place: AnswerPlace, { key }: Fingerprint): Promise<CachedAnswer | undefined> | undefined {
    return this.#cacheOf(place)?.get(key, place.origin)
  }

  set(place: AnswerPlace, { key, parts }: Fingerprint, answer: CachedAnswer): Promise<void> | undefined {
    return this.#cacheOf(place)?.set(key, answer, parts, place.origin)
  }

  /** Removes the answers that belong to one run. */
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
