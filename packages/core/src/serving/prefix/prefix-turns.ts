import type { LLMRequest } from '../../contracts/serving.js'
import { untilAborted } from '../../provider/until-aborted.js'
import { type PrefixKey, prefixKeys } from './prefix-keys.js'

/** Providers keep a prefix for about this long after its last use. */
const keptMs = 300_000
/** A provider has read a prompt by then, even if it still writes the answer. */
const readMs = 5000
const mostPrefixes = 20_000

interface Prefix extends PrefixKey {
  /** The requests that begin with it. */
  requests: number
  warmUntil: number
  /** The first request with it, until the provider has read it. */
  reading: Promise<void> | undefined
}

/** How a call reports what happens to its prompt. */
export interface PrefixTurn {
  /**
   * Reports that the call is sent.
   *
   * @returns the length of the beginning of its prompt that other requests share
   */
  sent(): number
}

/**
 * Requests with the same beginning, such as rows about one document: the first one is sent alone, and the others follow
 * together when the provider has read it. Otherwise, all of them would be charged for the whole prompt, because they
 * would arrive before anything is in the provider's prefix cache.
 */
export class PrefixTurns {
  /** From the least to the most recently used. */
  readonly #prefixes = new Map<string, Prefix>()

  /**
   * Makes a call when its turn has come.
   *
   * @throws what the call throws, and the reason of the signal
   */
  async run<Result>(
    request: LLMRequest,
    signal: AbortSignal | undefined,
    call: (turn: PrefixTurn) => Promise<Result>,
  ): Promise<Result> {
    const prefixes = prefixKeys(request).map((key) => this.#find(key))
    for (const prefix of prefixes) prefix.requests++
    for (;;) {
      const first = prefixes.findLast(({ reading }) => reading !== undefined)
      if (first === undefined) break
      await untilAborted(first.reading as Promise<void>, signal)
    }
    const now = Date.now()
    const cold = prefixes.filter(({ warmUntil }) => warmUntil < now)
    return cold.length === 0 ? this.#follow(prefixes, call) : this.#lead(prefixes, cold, call)
  }

  async #follow<Result>(prefixes: readonly Prefix[], call: (turn: PrefixTurn) => Promise<Result>): Promise<Result> {
    let characters = 0
    const result = await call({ sent: () => (characters = shared(prefixes)) })
    warm(prefixes, characters)
    return result
  }

  async #lead<Result>(
    prefixes: readonly Prefix[],
    cold: readonly Prefix[],
    call: (turn: PrefixTurn) => Promise<Result>,
  ): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const prefix of cold) prefix.reading = promise
    const open = () => {
      for (const prefix of cold) prefix.reading = undefined
      resolve()
    }
    let timer: NodeJS.Timeout | undefined
    let characters = 0
    const sent = () => {
      characters = shared(prefixes)
      timer ??= setTimeout(() => {
        warm(prefixes, characters)
        open()
      }, readMs)
      return characters
    }
    try {
      const result = await call({ sent })
      warm(prefixes, characters)
      return result
    } finally {
      clearTimeout(timer)
      open()
    }
  }

  #find(key: PrefixKey): Prefix {
    const known = this.#prefixes.get(key.key)
    const prefix = known ?? { ...key, requests: 0, warmUntil: 0, reading: undefined }
    this.#prefixes.delete(key.key)
    this.#prefixes.set(key.key, prefix)
    const [oldest] = this.#prefixes.keys()
    if (this.#prefixes.size > mostPrefixes && oldest !== undefined) this.#prefixes.delete(oldest)
    return prefix
  }
}

/**
 * Some providers keep only the beginning that a request marks as shared. A beginning that nobody else had asked with by
 * then is therefore not warm: the next request with it goes alone again.
 */
function warm(prefixes: readonly Prefix[], characters: number): void {
  for (const prefix of prefixes) if (prefix.characters <= characters) prefix.warmUntil = Date.now() + keptMs
}

const shared = (prefixes: readonly Prefix[]): number =>
  prefixes.findLast(({ requests }) => requests > 1)?.characters ?? 0
