import type { VectorQuery as LanceQuery, Table } from '@lancedb/lancedb'
import type { VectorMatch, VectorQuery } from '@maestro-dataflow/core'
import type { ResolvedLanceOptions } from './options.js'
import { scoreOf } from './score.js'
import { entryOf, vectorNumbers } from './table/records.js'
import { filterPredicate } from './table/sql.js'

type How = Pick<ResolvedLanceOptions, 'index' | 'metric' | 'probes' | 'candidates'>

/** Queries at work at once: each is mostly waiting for memory. */
const inFlight = 8
/** Of `hnsw`, which keeps vectors in a byte per number, more are taken and then compared exactly. */
const spare = 2

/** Searches by the index of the table. */
export async function searchTable(
  table: Table,
  queries: readonly VectorQuery[],
  how: How,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly VectorMatch[])[]> {
  const results: (readonly VectorMatch[])[] = queries.map(() => [])
  const waiting = queries.entries()
  const worker = async () => {
    for (const [at, query] of waiting) {
      signal?.throwIfAborted()
      results[at] = await searchOne(table, query, how)
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, queries.length) }, worker))
  return results
}

async function searchOne(table: Table, query: VectorQuery, how: How): Promise<readonly VectorMatch[]> {
  const { vector, k, filter, threshold = Number.NEGATIVE_INFINITY } = query
  const predicate = filterPredicate(filter)
  // LanceDB takes the whole buffer behind a vector that is a part of one.
  const asked = table.vectorSearch(vector.slice()).distanceType(how.metric).select(columns)
  const found = withIndex(predicate === undefined ? asked : asked.where(predicate), k, how)
  const matches: VectorMatch[] = []
  for await (const batch of found) {
    const numbers = vectorNumbers(batch, vector.length)
    for (let row = 0; row < batch.numRows; row++) {
      const known = numbers.subarray(row * vector.length, (row + 1) * vector.length)
      matches.push({ ...entryOf(batch, row), score: scoreOf(how.metric, vector, known) })
    }
  }
  return matches
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score)
    .slice(0, k)
}

const columns = ['id', 'text', 'metadata', 'vector', '_distance']

function withIndex(query: LanceQuery, k: number, { index, probes, candidates }: How): LanceQuery {
  // More parts are looked into when a filter leaves too few.
  if (index === 'ivf') return query.minimumNprobes(probes).maximumNprobes(0).limit(k)
  return query.ef(Math.max(candidates, spare * k)).limit(spare * k)
}
