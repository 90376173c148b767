import type { AllRows, Batch, Row } from '@maestro-dataflow/core'

/** Regroups the rows into batches of equal size. */
export async function* batchesOf(all: AllRows, size: number): AsyncIterable<Batch> {
  let ids: string[] = []
  let rows: Row[] = []
  for await (const batch of all) {
    for (const [index, row] of batch.rows.entries()) {
      ids.push(batch.ids[index] ?? '')
      rows.push(row)
      if (rows.length < size) continue
      yield { ids, rows }
      ids = []
      rows = []
    }
  }
  if (rows.length > 0) yield { ids, rows }
}
