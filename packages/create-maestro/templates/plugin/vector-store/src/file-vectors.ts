import {
  checkQueries,
  checkRecords,
  maestroError,
  matchesFilter,
  type VectorCallOptions,
  type VectorEntry,
  type VectorMatch,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorSelection,
  type VectorStore,
  vectorScore,
} from '@maestro-dataflow/core'
import { readVectors, type StoredVectors, writeVectors } from './vector-file.js'

/** Vectors in one JSON file. A search compares with every vector, so it is exact. One process at a time may write. */
export class FileVectors implements VectorStore {
  readonly name: string
  readonly metric: VectorMetric
  readonly index = 'flat'
  readonly #path: string
  #stored: StoredVectors
  #changes: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(path: string, metric: VectorMetric, stored: StoredVectors) {
    this.name = `acme.vectors ${path}`
    this.metric = metric
    this.#path = path
    this.#stored = stored
  }

  static async open(path: string, metric: VectorMetric): Promise<FileVectors> {
    return new FileVectors(path, metric, await readVectors(path))
  }

  get dimensions(): number | undefined {
    return this.#stored.records.values().next().value?.vector.length
  }

  get model(): string | undefined {
    return this.#stored.model
  }

  addVectors(records: readonly VectorRecord[], options: VectorCallOptions = {}): Promise<void> {
    return this.#change(async () => {
      options.signal?.throwIfAborted()
      const checked = checkRecords(this, records, options).map((record) => structuredClone(record))
      if (checked.length === 0) return
      const { records: known, model = options.model } = this.#stored
      await this.#store({
        model,
        records: new Map([...known, ...checked.map((record) => [record.id, record] as const)]),
      })
    })
  }

  async search(queries: readonly VectorQuery[], options: VectorCallOptions = {}) {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    checkQueries(this, queries, options)
    return queries.map((query) => this.#nearest(query))
  }

  delete(ids: readonly string[]): Promise<number> {
    return this.#change(async () => {
      const records = new Map(this.#stored.records)
      const deleted = ids.filter((id) => records.delete(id)).length
      if (deleted > 0) await this.#store({ ...this.#stored, records })
      return deleted
    })
  }

  async count(): Promise<number> {
    this.#assertOpen()
    return this.#stored.records.size
  }

  async *list({ ids, filter }: VectorSelection = {}): AsyncIterable<readonly VectorEntry[]> {
    this.#assertOpen()
    const { records } = this.#stored
    const all = ids === undefined ? [...records.values()] : ids.flatMap((id) => records.get(id) ?? [])
    const entries = all.filter((record) => matchesFilter(record, filter)).map(entryOf)
    if (entries.length > 0) yield entries
  }

  async dispose(): Promise<void> {
    this.#closed = true
    await this.#changes
  }

  #nearest({ vector, k, filter, threshold = Number.NEGATIVE_INFINITY }: VectorQuery): readonly VectorMatch[] {
    return [...this.#stored.records.values()]
      .filter((record) => matchesFilter(record, filter))
      .map((record) => ({ ...entryOf(record), score: vectorScore(this.metric, vector, record.vector) }))
      .filter(({ score }) => score >= threshold)
      .sort((one, other) => other.score - one.score)
      .slice(0, k)
  }

  /** Changes wait for one another, so that none is lost. */
  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changes.then(() => {
      this.#assertOpen()
      return work()
    })
    this.#changes = result.catch(() => undefined)
    return result
  }

  /** What fails to be written is not there afterwards. */
  async #store(stored: StoredVectors): Promise<void> {
    await writeVectors(this.#path, stored)
    this.#stored = stored
  }

  #assertOpen(): void {
    if (this.#closed) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: this.name })
  }
}

function entryOf({ id, text, metadata }: VectorRecord): VectorEntry {
  return { id, ...(text === undefined ? {} : { text }), ...(metadata === undefined ? {} : { metadata }) }
}
