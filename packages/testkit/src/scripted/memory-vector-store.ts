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

/** A vector store that lives as long as the test. */
export interface MemoryVectorStore extends VectorStore {
  /** The ids of each call that added vectors, in order. */
  readonly added: readonly (readonly string[])[]
}

/** A vector store in memory, which compares with every vector. */
export function memoryVectorStore(
  options: { readonly name?: string; readonly metric?: VectorMetric; readonly dimensions?: number } = {},
): MemoryVectorStore {
  const { name = 'memory vectors', metric = 'cosine' } = options
  const records = new Map<string, VectorRecord>()
  const added: string[][] = []
  let facts: { dimensions: number | undefined; model: string | undefined } = {
    dimensions: options.dimensions,
    model: undefined,
  }
  let closed = false
  const known = () => ({ name, ...facts })
  const open = () => {
    if (closed) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: name })
  }
  const selected = ({ ids, filter }: VectorSelection): readonly VectorRecord[] => {
    const all = ids === undefined ? [...records.values()] : ids.flatMap((id) => records.get(id) ?? [])
    return all.filter((record) => matchesFilter(record, filter))
  }
  return {
    name,
    metric,
    index: 'flat',
    added,
    get dimensions() {
      return facts.dimensions
    },
    get model() {
      return facts.model
    },
    async addVectors(given: readonly VectorRecord[], call: VectorCallOptions = {}) {
      open()
      call.signal?.throwIfAborted()
      const checked = checkRecords(known(), given, call)
      for (const record of checked) records.set(record.id, structuredClone(record))
      added.push(checked.map(({ id }) => id))
      const [first] = checked
      if (first !== undefined)
        facts = { dimensions: facts.dimensions ?? first.vector.length, model: facts.model ?? call.model }
    },
    async search(queries: readonly VectorQuery[], call: VectorCallOptions = {}) {
      open()
      call.signal?.throwIfAborted()
      checkQueries(known(), queries, call)
      return queries.map((query) => nearest(records.values(), query, metric))
    },
    async delete(ids: readonly string[]) {
      open()
      return ids.filter((id) => records.delete(id)).length
    },
    async count() {
      open()
      return records.size
    },
    async *list(which: VectorSelection = {}) {
      open()
      const entries = selected(which).map(entryOf)
      if (entries.length > 0) yield entries
    },
    async dispose() {
      closed = true
    },
  }
}

function nearest(records: Iterable<VectorRecord>, query: VectorQuery, metric: VectorMetric): readonly VectorMatch[] {
  const { vector, k, filter, threshold = Number.NEGATIVE_INFINITY } = query
  return [...records]
    .filter((record) => matchesFilter(record, filter))
    .map((record) => ({ ...entryOf(record), score: vectorScore(metric, vector, record.vector) }))
    .filter((match) => match.score >= threshold)
    .sort((one, other) => other.score - one.score)
    .slice(0, k)
}

function entryOf({ id, text, metadata }: VectorRecord): VectorEntry {
  return { id, ...(text === undefined ? {} : { text }), ...(metadata === undefined ? {} : { metadata }) }
}
