import { join } from 'node:path'
import type { Table } from '@lancedb/lancedb'
import {
  checkQueries,
  checkRecords,
  type Logger,
  MaestroError,
  maestroError,
  parseOptions,
  type VectorCallOptions,
  type VectorEntry,
  type VectorIndex,
  type VectorMatch,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorSelection,
  type VectorStore,
} from '@maestro-dataflow/core'
import { lanceError } from './errors.js'
import type { ExactSearch } from './exact/exact-search.js'
import { loadComparer } from './exact/load-comparer.js'
import type { Comparer } from './exact/nearest.js'
import { PartitionedSearch } from './exact/partitioned-search.js'
import { readBlocks, readPartitionedBlocks, searchBlocks } from './exact/search-blocks.js'
import { searchTable } from './indexed-search.js'
import { type LanceVectorOptions, lanceVectorOptions, type ResolvedLanceOptions } from './options.js'
import { entryOf } from './table/records.js'
import { idPredicate, selectionPredicate } from './table/sql.js'
import { reasonOf, StoreTable } from './table/store-table.js'
import { partitionsOf, VectorIndexKeeper } from './vector-index.js'
import { WriteLock } from './write-lock.js'

const lockSeconds = 60
/** Every write leaves a file of its own; after this many, they are merged. */
const writesBeforeCompaction = 64
const idsAtOnce = 2000
/** How long files that others may still read are kept. */
const oldVersionsMilliseconds = 3_600_000
/** An index does not pay off for a query of a larger share of all vectors. */
const largestShare = 0.1

/**
 * A vector store in a folder, by LanceDB. It needs no server, and several processes can use it at once. A process that
 * is killed leaves either the previous contents or all of what it added, never a part.
 *
 * @example
 * const store = await LanceVectorStore.open({ path: 'data/kb' })
 * await store.addVectors([{ id: 'a', vector: Float32Array.of(1, 0), text: 'first', metadata: { page: 1 } }])
 */
export class LanceVectorStore implements VectorStore {
  readonly name: string
  readonly metric: VectorMetric
  readonly index: VectorIndex
  readonly #options: ResolvedLanceOptions
  readonly #table: StoreTable
  readonly #lock: WriteLock
  readonly #keeper: VectorIndexKeeper
  readonly #logger: Logger | undefined
  #comparer: Promise<Comparer> | undefined
  #memory: { readonly version: number; readonly blocks: Promise<readonly ExactSearch[]> } | undefined
  #counted: { readonly version: number; readonly count: number } | undefined
  /** The version that was last searched by the index of the table. */
  #searched: number | undefined
  #writes = 0
  #closed = false

  private constructor(options: ResolvedLanceOptions, table: StoreTable, logger: Logger | undefined) {
    this.name = options.path
    this.metric = options.metric
    this.index = options.index
    this.#options = options
    this.#table = table
    this.#lock = new WriteLock(join(options.path, 'writing.lock'), lockSeconds)
    this.#keeper = new VectorIndexKeeper(table.lance, options)
    this.#logger = logger
  }

  /**
   * Opens a store, or creates one.
   *
   * @param given Its `path` is relative to the working directory.
   * @throws MAESTRO_LANCE_OPEN; MAESTRO_VECTORS_SETTINGS if it was created with other settings
   */
  static async open(given: LanceVectorOptions, logger?: Logger): Promise<LanceVectorStore> {
    const options = parseOptions('lance.vectors', lanceVectorOptions, given)
    const { path, metric, dimensions } = options
    return new LanceVectorStore(options, await StoreTable.open({ path, name: path, metric, dimensions }), logger)
  }

  get dimensions(): number | undefined {
    return this.#table.facts?.dimensions ?? this.#options.dimensions
  }

  get model(): string | undefined {
    return this.#table.facts?.model
  }

  async addVectors(records: readonly VectorRecord[], options: VectorCallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    // Copied before anything is awaited, because the caller may change them.
    const copies = checkRecords(this, records, options).map((record) => structuredClone(record))
    await this.#work('add vectors', async () => {
      await this.#table.current()
      checkRecords(this, copies, options)
      const [first] = copies
      if (first === undefined) return
      await this.#lock.hold(async () => {
        options.signal?.throwIfAborted()
        const table = await this.#table.prepare(first.vector.length, options.model)
        checkRecords(this, copies, options)
        await this.#table.put(table, copies)
        await this.#afterWrite(table)
      })
    })
  }

  async search(
    queries: readonly VectorQuery[],
    options: VectorCallOptions = {},
  ): Promise<readonly (readonly VectorMatch[])[]> {
    options.signal?.throwIfAborted()
    return this.#work('search', async () => {
      const table = await this.#table.current()
      checkQueries(this, queries, options)
      if (table === undefined || queries.length === 0) return queries.map(() => [])
      return this.#search(table, queries, options.signal)
    })
  }

  async delete(ids: readonly string[]): Promise<number> {
    return this.#work('delete vectors', async () => {
      if (ids.length === 0 || (await this.#table.current()) === undefined) return 0
      return this.#lock.hold(async () => {
        const table = await this.#table.current()
        let deleted = 0
        for (let start = 0; table !== undefined && start < ids.length; start += idsAtOnce)
          deleted += (await table.delete(idPredicate(ids.slice(start, start + idsAtOnce)))).numDeletedRows
        if (table !== undefined) await this.#afterWrite(table)
        return deleted
      })
    })
  }

  async count(): Promise<number> {
    return this.#work('count vectors', async () => (await this.#table.current())?.countRows() ?? 0)
  }

  async *list(which: VectorSelection = {}): AsyncGenerator<readonly VectorEntry[]> {
    const table = await this.#work('list entries', () => this.#table.current())
    if (table === undefined || which.ids?.length === 0) return
    const query = table.query().select(['id', 'text', 'metadata'])
    const predicate = selectionPredicate(which)
    for await (const batch of predicate === undefined ? query : query.where(predicate))
      yield Array.from({ length: batch.numRows }, (_, row) => entryOf(batch, row))
  }

  /** Merges small files, removes versions that are older than an hour, and updates the index. */
  async compact(): Promise<void> {
    await this.#work('compact', async () => {
      if ((await this.#table.current()) === undefined) return
      await this.#lock.hold(async () => {
        const table = await this.#table.current()
        if (table === undefined) return
        await table.optimize({ cleanupOlderThan: new Date(Date.now() - oldVersionsMilliseconds) })
        await this.#keeper.update(table)
      })
    })
  }

  async dispose(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#lock.idle()
    this.#memory = undefined
    this.#table.close()
  }

  async #search(
    table: Table,
    queries: readonly VectorQuery[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (readonly VectorMatch[])[]> {
    const before = await table.version()
    const { due, used } = await this.#keeper.state(table, before)
    if (due) {
      this.#logger?.info('bringing the index up to date', { store: this.name, index: this.index })
      await this.#lock.hold(() => this.#keeper.update(table))
    }
    const version = due ? await table.version() : before
    const count = await this.#countAt(table, version)
    const byIndex = ({ k, vector }: VectorQuery) =>
      (used || due) && k <= count * largestShare && vector.some((value) => value !== 0)
    const [indexed, exact] = [queries.filter(byIndex), queries.filter((query) => !byIndex(query))]
    const found = [
      indexed.length === 0 ? [] : await this.#searchByIndex(table, version, count, indexed, signal),
      exact.length === 0 ? [] : await this.#searchExactly(table, version, count, exact, signal),
    ].map((lists) => lists.values())
    return queries.map((query) => found[byIndex(query) ? 0 : 1]?.next().value ?? [])
  }

  /** Searches by `ivf` in memory if the store fits, does not change, and native code can sort it; otherwise, by the
   * index of the table.
   */
  async #searchByIndex(
    table: Table,
    version: number,
    count: number,
    queries: readonly VectorQuery[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (readonly VectorMatch[])[]> {
    const settled = version === this.#memory?.version || version === this.#searched
    this.#searched = version
    if (this.index !== 'ivf' || !settled || !this.#fits(count) || !(await this.#loadComparer()).isNative)
      return searchTable(await this.#table.at(version), queries, this.#options, signal)
    const blocks = await this.#inMemory(table, version)
    return searchBlocks(blocks, queries, signal, (block) =>
      block instanceof PartitionedSearch ? block.searchParts(queries) : block.search(queries),
    )
  }

  async #searchExactly(
    table: Table,
    version: number,
    count: number,
    queries: readonly VectorQuery[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (readonly VectorMatch[])[]> {
    const { dimensions = 0, metric } = this
    const limit = this.#options.memory
    const blocks = this.#fits(count)
      ? await this.#inMemory(table, version)
      : readBlocks(table, await this.#loadComparer(), { metric, dimensions }, limit)
    return searchBlocks(blocks, queries, signal)
  }

  async #countAt(table: Table, version: number): Promise<number> {
    if (this.#counted?.version !== version) this.#counted = { version, count: await table.countRows() }
    return this.#counted.count
  }

  #fits(count: number): boolean {
    const bytes = count * (this.dimensions ?? 0) * Float32Array.BYTES_PER_ELEMENT
    return bytes <= this.#options.memory
  }

  /** The store in memory, which is read again when it has changed. */
  async #inMemory(table: Table, version: number): Promise<readonly ExactSearch[]> {
    if (this.#memory === undefined || this.#memory.version < version) {
      const memory = { version, blocks: this.#read(table, version) }
      this.#memory = memory
      memory.blocks.catch(() => {
        if (this.#memory === memory) this.#memory = undefined
      })
    }
    return this.#memory.blocks
  }

  async #read(table: Table, version: number): Promise<readonly ExactSearch[]> {
    const { dimensions = 0, metric, index } = this
    const { indexFrom, probes, partitions } = this.#options
    const comparer = await this.#loadComparer()
    const how = { metric, dimensions }
    return index === 'ivf' && comparer.isNative && (await this.#countAt(table, version)) >= indexFrom
      ? Array.fromAsync(
          readPartitionedBlocks(table, comparer, how, probes, (count) => partitions ?? partitionsOf(count)),
        )
      : Array.fromAsync(readBlocks(table, comparer, how))
  }

  #loadComparer(): Promise<Comparer> {
    this.#comparer ??= loadComparer(() =>
      this.#logger?.info('exact searches are about ten times as fast with the package onnxruntime-node', {
        store: this.name,
      }),
    )
    return this.#comparer
  }

  async #afterWrite(table: Table): Promise<void> {
    this.#writes++
    if (this.#writes % writesBeforeCompaction === 0) await table.optimize()
  }

  /** @throws MAESTRO_VECTORS_CLOSED; MAESTRO_LANCE_FAILED for LanceDB's errors */
  async #work<T>(work: string, run: () => Promise<T>): Promise<T> {
    if (this.#closed) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: this.name })
    try {
      return await run()
    } catch (error) {
      // Errors that are not LanceDB's: our own, and the reason of a signal.
      if (MaestroError.is(error) || !isOfLance(error)) throw error
      throw lanceError('MAESTRO_LANCE_FAILED', { path: this.name, work, reason: reasonOf(error) }, error)
    }
  }
}

function isOfLance(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error
}
