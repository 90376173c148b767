import type { VectorRecord, VectorStore } from '../contracts/vector-store.js'
import { checkRecords } from '../define/check-vectors.js'

/** A store that keeps its vectors in a list and finds all of them. */
export function listedVectors(name = 'listed', closed: () => void = () => undefined): VectorStore {
  const records: VectorRecord[] = []
  return {
    name,
    dimensions: undefined,
    metric: 'dot',
    addVectors: async (added) => void records.push(...checkRecords({ name, dimensions: undefined }, added)),
    search: async (queries) => queries.map(() => records.map(({ id }) => ({ id, score: 1 }))),
    delete: async () => 0,
    count: async () => records.length,
    dispose: async () => closed(),
  }
}
