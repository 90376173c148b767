import { maestroError, type Row, type Schema, type SourceBatch, validateRow } from '@maestro-dataflow/core'

/** Applies a schema; rows that do not match it are rejected. */
export async function* validateRows(
  batches: AsyncIterable<SourceBatch>,
  schema: Schema | undefined,
): AsyncGenerator<SourceBatch> {
  if (schema === undefined) {
    yield* batches
    return
  }
  for await (const batch of batches) {
    const ids: string[] = []
    const rows: Row[] = []
    const rejects = [...(batch.rejects ?? [])]
    for (const [index, row] of batch.rows.entries()) {
      const id = batch.ids[index] ?? ''
      const checked = await validateRow(schema, row)
      if ('issues' in checked) {
        const error = maestroError('MAESTRO_ROW_SCHEMA', { location: id, issues: checked.issues }, checked.cause)
        rejects.push({ id, row, error })
      } else {
        ids.push(id)
        rows.push(checked.value)
      }
    }
    yield { ...batch, ids, rows, rejects }
  }
}
