import type { AllRows, Batch, Row } from '@maestro-dataflow/core'

/** Maps all rows again, with the position of each row. A row is dropped if the function returns undefined. */
export async function* mapRows(
  all: AllRows,
  change: (row: Row, place: number, id: string) => Row | undefined,
): AsyncIterable<Batch> {
  let place = 0
  for await (const { ids, rows } of all) {
    const kept = rows.flatMap((row, index) => {
      const id = ids[index] ?? ''
      const changed = change(row, place++, id)
      return changed === undefined ? [] : [{ id, row: changed }]
    })
    yield { ids: kept.map(({ id }) => id), rows: kept.map(({ row }) => row) }
  }
}
