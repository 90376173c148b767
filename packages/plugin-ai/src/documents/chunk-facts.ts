import { MaestroError, type Row } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'
import type { ChunkFacts } from './indexed-documents.js'

/** Reads what the index stores of a chunk from its row, or returns the error of a row that cannot be indexed. */
export function chunkFacts(
  row: Row,
  {
    input = 'text',
    document = 'document',
    metadata = [],
  }: {
    readonly input?: string | undefined
    readonly document?: string | undefined
    readonly metadata?: readonly string[] | undefined
  },
): ChunkFacts | MaestroError {
  try {
    return {
      text: columnText(row, input),
      document: columnText(row, document),
      metadata: Object.fromEntries(metadata.map((column) => [column, flatValue(row, column)])),
    }
  } catch (error) {
    if (MaestroError.is(error)) return error
    throw error
  }
}

/** @throws MAESTRO_AI_METADATA */
function flatValue(row: Row, column: string): string | number | boolean | null {
  const value = row[column] ?? null
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (value instanceof Date) return value.toISOString()
  throw aiError('MAESTRO_AI_METADATA', { column, found: typeof value })
}
