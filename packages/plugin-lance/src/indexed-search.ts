import type { VectorQuery as LanceQuery, Table } from '@lancedb/lancedb'
import { type VectorEntry, type VectorMatch, type VectorQuery, vectorScore } from '@maestro-dataflow/core'
import type { ResolvedLanceOptions } from './options.js'
import { entryOf, vectorNumbers } from './table/records.js'
import { filterPredicate } from './table/sql.js'

type How = Pick<ResolvedLanceOptions, 'index' | 'metric' | 'probes' | 'candidates'>

interface Known {
  readonly entry: VectorEntry
  readonly vector: Float32Array
}

/** The number of concurrent queries; each mostly waits for memory. */
const inFlight = 8
/** `hnsw` stores one byte per number, so more candidates are taken and then compared exactly. */
const spare = 2
const rowId = '_rowid'

/**
 * Searches by the index of a table. The columns beside the vectors are read once for all queries, because reading them
 * for each query takes longer than the search.
 *
 * @param table At a fixed version, so that rows keep their positions.
 */
export async function searchTable(
  table: Table,
  queries: readonly VectorQuery[],
  how: How,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly VectorMatch[])[]> {
  const places: (readonly bigint[])[] = queries.map(() => [])
  const waiting = queries.entries()
  const worker = async () => {
    for (const [at, query] of waiting) {
      signal?.throwIfAborted()
      places[at] = await findRows(table, query, how)
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, queries.length) }, worker))
  const known = await readRows(table, new Set(places.flat()), queries[0]?.vector.length ?? 0)
  return queries.map((query, at) => {
    const found = (places[at] ?? []).flatMap((place) => known.get(place) ?? [])
    const { vector, k, threshold = Number.NEGATIVE_INFINITY } = query
    return found
      .map(({ entry, vector: other }) => ({ ...entry, score: vectorScore(how.metric, vector, other) }))
      .filter(({ score }) => score >= threshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, k)
  })
}

async function findRows(table: Table, { vector, k, filter }: VectorQuery, how: How): Promise<readonly bigint[]> {
  const predicate = filterPredicate(filter)
  // LanceDB takes the whole buffer behind a vector that is a part of one.
  const asked = table.vectorSearch(vector.slice()).distanceType(how.metric).select(['_distance']).withRowId()
  const found: bigint[] = []
  for await (const batch of withIndex(predicate === undefined ? asked : asked.where(predicate), k, how))
    found.push(...((batch.getChild(rowId)?.toArray() ?? []) as BigUint64Array))
  return found
}

async function readRows(
  table: Table,
  places: ReadonlySet<bigint>,
  dimensions: number,
): Promise<ReadonlyMap<bigint, Known>> {
  const known = new Map<bigint, Known>()
  if (places.size === 0) return known
  for await (const batch of table
    .takeRowIds([...places])
    .select(['id', 'text', 'metadata', 'vector'])
    .withRowId()) {
    const numbers = vectorNumbers(batch, dimensions)
    const rows = (batch.getChild(rowId)?.toArray() ?? []) as BigUint64Array
    for (const [row, place] of rows.entries())
      known.set(place, {
        entry: entryOf(batch, row),
        vector: numbers.subarray(row * dimensions, (row + 1) * dimensions),
      })
  }
  return known
}

function withIndex(query: LanceQuery, k: number, { index, probes, candidates }: How): LanceQuery {
  // More parts are examined if a filter leaves too few. The maximum is set first, because its default of 20 may be
  // below the minimum.
  if (index === 'ivf') return query.maximumNprobes(0).minimumNprobes(probes).limit(k)
  return query.ef(Math.max(candidates, spare * k)).limit(spare * k)
}
