import type { ComponentDefinition } from './component-definition.js'
import type { Schema } from './schema.js'
import { createToken } from './token.js'

/**
 * The similarity of two vectors as a score that is higher for more similar ones: `cosine` is the cosine of their angle
 * (0 if one of them is all zeros), `dot` their dot product, `l2` their negative distance.
 */
export type VectorMetric = 'cosine' | 'dot' | 'l2'

/** `flat` compares with every vector and is exact; `ivf` and `hnsw` compare only with likely ones. */
export type VectorIndex = 'flat' | 'ivf' | 'hnsw'

/** Values that a filter can compare. */
export type VectorMetadata = Readonly<Record<string, string | number | boolean | null>>

/** What a store holds besides a vector. */
export interface VectorEntry {
  readonly id: string
  readonly text?: string
  readonly metadata?: VectorMetadata
}

/** An entry with its vector, as it is stored. */
export interface VectorRecord extends VectorEntry {
  readonly vector: Float32Array
}

/** An entry that a search has found. */
export interface VectorMatch extends VectorEntry {
  /** Higher is more similar, for every metric. */
  readonly score: number
}

/** A search for the entries whose vectors are most similar to a given one. */
export interface VectorQuery {
  readonly vector: Float32Array
  readonly k: number
  /**
   * Conditions of equality on metadata, all of which must hold. `null` matches values that are null, not missing ones.
   */
  readonly filter?: VectorMetadata
  /** Matches below this score are omitted. */
  readonly threshold?: number
}

/** What accompanies a call of a vector store. */
export interface VectorCallOptions {
  /**
   * The embedding model that created the vectors. A store remembers the first one that it is given and refuses others.
   */
  readonly model?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Selects entries; a property that is not set does not restrict the selection. */
export interface VectorSelection {
  readonly ids?: readonly string[]
  readonly filter?: VectorMetadata
}

/** A store of vectors with ids, texts, and metadata, which is searched by similarity. */
export interface VectorStore {
  readonly name: string
  /** The length of each vector; undefined until the first one is added, unless the options set it. */
  readonly dimensions: number | undefined
  readonly metric: VectorMetric
  readonly index?: VectorIndex
  /** The embedding model that created the vectors, if it is known. */
  readonly model?: string | undefined
  /**
   * Adds records. A record with a known id replaces the old one; if an id appears several times, the last record
   * counts. When the call succeeds, all records are stored; when it fails, none is.
   *
   * @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL
   */
  addVectors(records: readonly VectorRecord[], options?: VectorCallOptions): Promise<void>
  /**
   * The matches of each query, best first; fewer than `k` if there are no more.
   *
   * @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL
   */
  search(queries: readonly VectorQuery[], options?: VectorCallOptions): Promise<readonly (readonly VectorMatch[])[]>
  /** @returns the number of ids that existed */
  delete(ids: readonly string[]): Promise<number>
  count(): Promise<number>
  /** The contents, in batches, in any order. */
  list?(which?: VectorSelection): AsyncIterable<readonly VectorEntry[]>
  /** Merges the results of many small writes and updates the index. Call it after large changes. */
  compact?(): Promise<void>
  /** Closes the store. Its contents stay. */
  dispose(): Promise<void>
}

/** A vector store as a plugin contributes it. `create` opens the store or creates it. */
export interface VectorStoreDefinition extends ComponentDefinition<Promise<VectorStore>> {
  readonly options: Schema<unknown, unknown>
}

/** The configured vector stores by name. A store is opened when it is first requested, and then shared. */
export interface VectorStores {
  /** @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_CONFIG_INVALID, and the error with which the store fails to open */
  get(name: string): Promise<VectorStore>
}

/** The vector stores of the config. */
export const VECTOR_STORES = createToken<VectorStores>('vector-stores')
