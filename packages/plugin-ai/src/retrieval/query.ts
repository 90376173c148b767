import type { Row, VectorMetadata } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'

/**
 * The text of a query.
 *
 * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_QUERY_LONG
 */
export function queryText(row: Row, column: string, most: number): string {
  const text = columnText(row, column)
  if (text.length > most) throw aiError('MAESTRO_AI_QUERY_LONG', { column, length: text.length, limit: most })
  return text
}

/**
 * Builds the filter over metadata: values that are the same for all rows, and values from columns of the row.
 *
 * @param by The columns of the row by the names of the metadata that they are compared with.
 * @throws MAESTRO_AI_METADATA
 */
export function queryFilter(
  row: Row,
  filter: VectorMetadata,
  by: Readonly<Record<string, string>>,
): VectorMetadata | undefined {
  const fromRow = Object.entries(by).map(([name, column]) => {
    const value = row[column] ?? null
    if (value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value))
      return [name, value as VectorMetadata[string]] as const
    throw aiError('MAESTRO_AI_METADATA', { column, found: typeof value })
  })
  const all = { ...filter, ...Object.fromEntries(fromRow) }
  return Object.keys(all).length === 0 ? undefined : all
}
