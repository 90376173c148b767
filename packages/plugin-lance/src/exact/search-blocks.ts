import type { Table } from '@lancedb/lancedb'
import type { VectorMatch, VectorMetric, VectorQuery } from '@maestro-dataflow/core'
import type { RecordBatch } from 'apache-arrow'
import { vectorNumbers } from '../table/records.js'
import { ExactSearch, type StoreContent } from './exact-search.js'
import type { Comparer } from './nearest.js'
import { PartitionedSearch } from './partitioned-search.js'
import { TextColumn } from './text-column.js'

const blockBytes = 256 * 1024 * 1024

/** The state of a store at one moment, in blocks that can be searched. */
export async function* readBlocks(
  table: Table,
  comparer: Comparer,
  { metric, dimensions }: { readonly metric: VectorMetric; readonly dimensions: number },
  bytes = blockBytes,
): AsyncGenerator<ExactSearch> {
  for await (const content of readContents(table, dimensions, bytes)) yield new ExactSearch(comparer, metric, content)
}

/** The same, sorted into parts. @param partsOf The number of parts for a number of vectors */
export async function* readPartitionedBlocks(
  table: Table,
  comparer: Comparer,
  { metric, dimensions }: { readonly metric: VectorMetric; readonly dimensions: number },
  probes: number,
  partsOf: (count: number) => number,
): AsyncGenerator<PartitionedSearch> {
  for await (const content of readContents(table, dimensions, blockBytes))
    yield PartitionedSearch.of(comparer, metric, content, { parts: partsOf(content.count), probes })
}

async function* readContents(table: Table, dimensions: number, bytes: number): AsyncGenerator<StoreContent> {
  const rowsAtOnce = bytes / (dimensions * Float32Array.BYTES_PER_ELEMENT)
  let batches: RecordBatch[] = []
  let rows = 0
  for await (const batch of table.query().select(['id', 'vector', 'text', 'metadata'])) {
    batches.push(batch)
    rows += batch.numRows
    if (rows < rowsAtOnce) continue
    yield contentOf(batches, rows, dimensions)
    batches = []
    rows = 0
  }
  if (rows > 0) yield contentOf(batches, rows, dimensions)
}

/** The best matches of all blocks, for each query. */
export async function searchBlocks<Block extends ExactSearch>(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  queries: readonly VectorQuery[],
  signal: AbortSignal | undefined,
  search: (block: Block) => Promise<readonly (readonly VectorMatch[])[]> = (block) => block.search(queries),
): Promise<readonly (readonly VectorMatch[])[]> {
  let best: readonly (readonly VectorMatch[])[] = queries.map(() => [])
  for await (const block of blocks) {
    signal?.throwIfAborted()
    const found = await search(block)
    best = queries.map(({ k }, n) =>
      [...(best[n] ?? []), ...(found[n] ?? [])].sort((a, b) => b.score - a.score).slice(0, k),
    )
  }
  return best
}

/** Copies the contents of batches, so that the batches can be freed. */
function contentOf(batches: readonly RecordBatch[], count: number, dimensions: number): StoreContent {
  const numbers = new Float32Array(count * dimensions)
  const columns = { id: new TextColumn(), text: new TextColumn(), metadata: new TextColumn() }
  let at = 0
  for (const batch of batches) {
    const read = vectorNumbers(batch, dimensions)
    numbers.set(read, at)
    at += read.length
    for (const [name, column] of Object.entries(columns)) {
      const values = batch.getChild(name)
      if (values !== null) column.add(values)
    }
  }
  return { count, dimensions, numbers, ids: columns.id, texts: columns.text, metadata: columns.metadata }
}
