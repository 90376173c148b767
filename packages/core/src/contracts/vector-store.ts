import type { ComponentDefinition } from './component-definition.js'
import type { Schema } from './schema.js'
import { createToken, type Injected, type Token } from './token.js'

/**
 * How near two vectors are, as a score that is higher for nearer ones: `cosine` is the cosine of their angle (0 when one
 * of them is all zeros), `dot` their product, `l2` minus their distance.
 */
export type VectorMetric = 'cosine' | 'dot' | 'l2'

/** `flat` compares with every vector and is exact; `ivf` and `hnsw` look at likely ones only. */
export type VectorIndex = 'flat' | 'ivf' | 'hnsw'

/** Values that a filter can compare. */
export type VectorMetadata = Readonly<Record<string, string | number | boolean | null>>

/** What a store holds beside a vector. */
export interface VectorEntry {
  readonly id: string
  readonly text?: string
  readonly metadata?: VectorMetadata
}

export interface VectorRecord extends VectorEntry {
  readonly vector: Float32Array
}

export interface VectorMatch extends VectorEntry {
  /** Higher is nearer, for every metric. */
  readonly score: number
}

export interface VectorQuery {
  readonly vector: Float32Array
  readonly k: number
  /** Equality on metadata; all must hold. A `null` holds for what is null, not for what is missing. */
  readonly filter?: VectorMetadata
  /** Matches below this score are left out. */
  readonly threshold?: number
}

export interface VectorCallOptions {
  /** The embedding model that made the vectors. A store keeps the first one it is told, and refuses others. */
  readonly model?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Which entries are meant; what is not set is not asked for. */
export interface VectorSelection {
  readonly ids?: readonly string[]
  readonly filter?: VectorMetadata
}

/** Vectors with ids, texts and metadata, searched by nearness. */
export interface VectorStore {
  readonly name: string
  /** Numbers in each vector; undefined until the first one is there, or told in the options. */
  readonly dimension: number | undefined
  readonly metric: VectorMetric
  readonly index?: VectorIndex
  /** The embedding model that filled it, if that was told. */
  readonly model?: string | undefined
  /**
   * Adds records; one with a known id replaces it, and of several with one id the last counts. All of a call are there
   * when it is done, none when it fails.
   *
   * @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL
   */
  addVectors(records: readonly VectorRecord[], options?: VectorCallOptions): Promise<void>
  /**
   * Matches of each query, best first; fewer than `k` when there are no more.
   *
   * @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL
   */
  search(queries: readonly VectorQuery[], options?: VectorCallOptions): Promise<readonly (readonly VectorMatch[])[]>
  /** @returns how many there were of these ids */
  delete(ids: readonly string[]): Promise<number>
  count(): Promise<number>
  /** What is in it, in batches and no certain order. */
  list?(which?: VectorSelection): AsyncIterable<readonly VectorEntry[]>
  /** Puts together what many small writes left, and brings the index up to date. Worth it after large changes. */
  compact?(): Promise<void>
  /** Closes it. What was added stays. */
  dispose(): Promise<void>
}

/** A vector store as a plugin contributes it. `create` opens the store, or begins one. */
export interface VectorStoreDefinition extends ComponentDefinition<Promise<VectorStore>> {
  readonly options: Schema<unknown, unknown>
}

/** Describes a vector store; the types of options and dependencies come from the schema and the tokens. */
export function defineVectorStore<Options, const Tokens extends readonly Token<unknown>[] = []>(definition: {
  readonly name: string
  readonly description?: string
  readonly options: Schema<unknown, Options>
  readonly inject?: Tokens
  create(options: Options, dependencies: Injected<Tokens>): Promise<VectorStore>
}): VectorStoreDefinition {
  return definition as unknown as VectorStoreDefinition
}

/** The configured vector stores by name. A store is opened when first asked for and shared by all who ask. */
export interface VectorStores {
  /** @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_CONFIG_INVALID, and what the store cannot be opened for */
  get(name: string): Promise<VectorStore>
}

/** The vector stores of the config. */
export const VECTOR_STORES = createToken<VectorStores>('vector-stores')
