import { createHash } from 'node:crypto'
import type { CachedAnswer, CacheSelection, CacheStats, KeyParts, Logger, ResponseCache } from '@maestro-dataflow/core'
import type { AnswerTable } from './answer-table.js'

/** How often the log tells that the server is away. */
const betweenWarningsMs = 60_000

/** The answers of all processes on a server. While it is away, answers are missing, which costs requests but no row. */
export class SharedCache implements ResponseCache {
  readonly #table: AnswerTable
  readonly #ttl: number | undefined
  readonly #logger: Logger
  #warnedAt = Number.NEGATIVE_INFINITY

  constructor(table: AnswerTable, ttl: number | undefined, logger: Logger) {
    this.#table = table
    this.#ttl = ttl
    this.#logger = logger
  }

  async get(key: string): Promise<CachedAnswer | undefined> {
    const text = await this.#tried(() => this.#table.get(idOf(key), this.#ttl))
    return text === undefined ? undefined : (JSON.parse(text) as CachedAnswer)
  }

  async set(key: string, answer: CachedAnswer, { model = '' }: KeyParts): Promise<void> {
    const text = JSON.stringify(answer)
    await this.#tried(() => this.#table.put(idOf(key), { text, bytes: Buffer.byteLength(text), model }, this.#ttl))
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#tried(() => this.#table.delete(idOf(key)))) ?? false
  }

  async clear(which: CacheSelection = {}): Promise<number> {
    return this.#table.clear(which)
  }

  async stats(): Promise<CacheStats> {
    const { entries, bytes, oldest, newest } = await this.#table.stats()
    const { location } = this.#table
    const iso = (time: number) => new Date(time).toISOString()
    return {
      entries,
      bytes,
      location,
      ...(oldest === undefined || newest === undefined ? {} : { oldest: iso(oldest), newest: iso(newest) }),
    }
  }

  dispose(): Promise<void> {
    return this.#table.dispose()
  }

  async #tried<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      const now = performance.now()
      if (now - this.#warnedAt > betweenWarningsMs) {
        this.#warnedAt = now
        this.#logger.warn('The shared answers cannot be reached: requests are made again until they can', {
          location: this.#table.location,
          reason: error instanceof Error ? error.message : String(error),
        })
      }
      return undefined
    }
  }
}

/** Keys may be of any length and hold any characters, even unpaired surrogates. */
function idOf(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')
}
