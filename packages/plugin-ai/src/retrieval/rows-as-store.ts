import type { Row, RowStorage, VectorEntry, VectorMatch, VectorQuery, VectorStore } from '@maestro-dataflow/core'
import { checkQueries, checkRecords, maestroError, matchesFilter } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'
import { dot } from '../vectors/metrics.js'
import { vectorOf } from '../vectors/vector.js'

interface KnownRow extends VectorEntry {
  readonly unit: Float32Array
}

/**
 * A knowledge base from the rows of a storage that have a text and a vector. The rows are read once and held in memory;
 * use a vector store for large ones.
 *
 * @throws MAESTRO_AI_VECTOR, MAESTRO_AI_EMPTY_INPUT for rows without
 */
export async function rowsAsStore(
  storage: RowStorage,
  { text = 'text', embedding = 'embedding' }: { readonly text?: string; readonly embedding?: string } = {},
): Promise<VectorStore> {
  const known: KnownRow[] = []
  for await (const { ids, rows } of storage.step().read())
    for (const [index, row] of rows.entries()) known.push(knownRow(ids[index] ?? '', row, text, embedding))
  const dimensions = known[0]?.unit.length
  const name = 'the rows of a storage'
  checkRecords(
    { name, dimensions },
    known.map(({ id, unit }) => ({ id, vector: unit })),
  )
  const refuse = () => {
    throw maestroError('MAESTRO_VECTORS_CLOSED', { store: name })
  }
  return {
    name,
    dimensions,
    metric: 'cosine',
    index: 'flat',
    // The storage owns the rows.
    addVectors: async () => refuse(),
    delete: async () => refuse(),
    async search(queries) {
      checkQueries({ name, dimensions }, queries)
      return queries.map((query) => nearest(known, query))
    },
    count: async () => known.length,
    async *list() {
      yield known.map(({ unit: _, ...entry }) => entry)
    },
    dispose: async () => {},
  }
}

function knownRow(id: string, row: Row, text: string, embedding: string): KnownRow {
  const flat = Object.entries(row).filter(
    ([, value]) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  )
  const { [text]: _, ...metadata } = Object.fromEntries(flat) as Record<string, string | number | boolean | null>
  return { id, text: columnText(row, text), metadata, unit: toUnit(Float32Array.from(vectorOf(row, embedding))) }
}

function nearest(known: readonly KnownRow[], query: VectorQuery): readonly VectorMatch[] {
  const { k, filter, threshold = Number.NEGATIVE_INFINITY } = query
  const unit = toUnit(query.vector)
  return known
    .filter((row) => matchesFilter(row, filter))
    .map(({ unit: other, ...entry }) => ({ ...entry, score: dot(unit, other) }))
    .filter(({ score }) => score >= threshold)
    .sort((one, other) => other.score - one.score)
    .slice(0, k)
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}
