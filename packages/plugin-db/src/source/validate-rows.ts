import { maestroError, type Schema, SiftedBatch, type SourceBatch, validateRow } from '@maestro-dataflow/core'

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
    const sifted = new SiftedBatch(batch)
    for (const [index, row] of batch.rows.entries()) {
      const id = batch.ids[index] ?? ''
      const checked = await validateRow(schema, row)
      if ('issues' in checked) {
        const error = maestroError('MAESTRO_ROW_SCHEMA', { location: id, issues: checked.issues }, checked.cause)
        sifted.reject(id, row, error)
      } else sifted.keep(id, checked.value)
    }
    yield sifted.take()
  }
}
