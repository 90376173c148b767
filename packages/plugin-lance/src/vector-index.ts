import type { Table } from '@lancedb/lancedb'
import type { ResolvedLanceOptions } from './options.js'
import type { Lance } from './table/load-lance.js'

type How = Pick<ResolvedLanceOptions, 'index' | 'metric' | 'indexFrom' | 'partitions'>

const indexName = 'vector_idx'
/** Vectors outside the index are all compared with the query. If their share exceeds this, the index is updated. */
const outsideShare = 0.05
/** If this share of the vectors was added later, the index is rebuilt, because it was built for others. */
const anewShare = 0.5
const leastInPart = 256

/** The index over the vectors of a table. */
export class VectorIndexKeeper {
  readonly #how: How
  readonly #lance: Lance
  #checked: { readonly version: number; readonly due: boolean; readonly used: boolean } | undefined

  constructor(lance: Lance, how: How) {
    this.#lance = lance
    this.#how = how
  }

  /** Whether there is an index that searches may use, and whether it should be updated. */
  async state(table: Table, version: number): Promise<{ readonly due: boolean; readonly used: boolean }> {
    if (this.#checked?.version === version) return this.#checked
    const { indexed, outside } = await this.#counts(table)
    const enough = this.#how.index !== 'flat' && indexed + outside >= this.#how.indexFrom
    const due = enough && outside > indexed * outsideShare
    this.#checked = { version, due, used: enough && indexed > 0 }
    return this.#checked
  }

  /** Builds the index, or adds the vectors outside it. Only the holder of the lock may call this. */
  async update(table: Table): Promise<void> {
    const { index, metric: distanceType, partitions, indexFrom } = this.#how
    const { indexed, outside } = await this.#counts(table)
    const count = indexed + outside
    if (index === 'flat' || count < indexFrom || outside === 0) return
    if (outside < count * anewShare) {
      await table.optimize()
      return
    }
    const { Index } = this.#lance
    const config =
      index === 'ivf'
        ? Index.ivfFlat({ distanceType, numPartitions: partitions ?? partitionsOf(count) })
        : Index.hnswSq({ distanceType, numPartitions: 1, m: 16, efConstruction: 100 })
    await table.createIndex('vector', { config, name: indexName, replace: true })
    // So that writes find known ids, and filters find their rows, without reading everything.
    await table.createIndex('id', { config: Index.btree(), replace: true })
    await table.createIndex('terms', { config: Index.labelList(), replace: true })
  }

  async #counts(table: Table): Promise<{ readonly indexed: number; readonly outside: number }> {
    const stats = await table.indexStats(indexName)
    if (stats === undefined) return { indexed: 0, outside: await table.countRows() }
    return { indexed: stats.numIndexedRows, outside: stats.numUnindexedRows }
  }
}

/** As many parts as there are vectors in each part, but no part that is too small to be useful. */
export function partitionsOf(count: number): number {
  return Math.max(1, Math.floor(Math.min(Math.sqrt(count), count / leastInPart)))
}
