/** Vectors to compare: queries with vectors of the same length, each list with one vector after the other. */
export interface Comparison {
  readonly queries: Float32Array
  readonly vectors: Float32Array
  readonly dimensions: number
  /** Added to each vector's product: what its length subtracts, or minus infinity for one that a filter excludes. */
  readonly bias: Float32Array
  /** The number of vectors to find for each query. */
  readonly k: number
}

/** For each query, the positions of its `k` largest products and the products, largest first. */
export interface Nearest {
  readonly places: Uint32Array
  readonly products: Float32Array
}

/** Compares every query with every vector. */
export interface Comparer {
  /** Whether all cores compute in native code, so that sorting a whole store into parts pays off. */
  readonly isNative: boolean
  nearest(comparison: Comparison): Promise<Nearest>
}
