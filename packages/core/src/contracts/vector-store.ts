import type { Schema } from './schema.js'

export type VectorMetric = 'cosine' | 'dot' | 'l2'
export type VectorIndex = 'flat' | 'ivf' | 'hnsw'

/** Values that a filter can compare. */
export type VectorMetadata = Readonly<Record<string, string | number | boolean | null>>

export interface VectorRecord {
  readonly id: string
  readonly vector: Float32Array
  readonly text?: string
  readonly metadata?: VectorMetadata
}

export interface VectorMatch {
  readonly id: string
  /** Higher is nearer, for every metric. */
  readonly score: number
  readonly text?: string
  readonly metadata?: VectorMetadata
}

export interface VectorQuery {
  readonly vector: Float32Array
  readonly k: number
  /** Equality on metadata; all must hold. */
  readonly filter?: VectorMetadata
  /** Matches below this score are left out. */
  readonly threshold?: number
}

/** Vectors with ids, texts and metadata, searched by nearness. */
export interface VectorStore {
  readonly name: string
  readonly dimension: number
  readonly metric: VectorMetric
  /** Adds records; one with a known id replaces it. */
  addVectors(records: readonly VectorRecord[]): Promise<void>
  /** Matches of each query, best first. */
  search(
    queries: readonly VectorQuery[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly (readonly VectorMatch[])[]>
  delete(ids: readonly string[]): Promise<number>
  count(): Promise<number>
  dispose(): Promise<void>
}

/** A vector store as a plugin contributes it. */
export interface VectorStoreDefinition {
  readonly name: string
  readonly description?: string
  readonly options: Schema<unknown, unknown>
  create(options: unknown): Promise<VectorStore>
}
