import type { SourceNode } from '../../contracts/pipeline-definition.js'
import type { OpenedSource } from './read-source.js'

/**
 * How a resumed run knows that the rows before a position are those that it has finished: the source identifies its
 * content, the rows are stored, or they are read again and compared. Rows that can be read only once cannot be compared.
 */
export function continuedReading(
  source: SourceNode,
  reader: OpenedSource,
): 'identified' | 'stored' | 'compared' | 'impossible' {
  if (!('rows' in source)) return reader.identity === undefined ? 'compared' : 'identified'
  if (reader.stored !== undefined) return 'stored'
  return typeof source.rows === 'function' || Array.isArray(source.rows) ? 'compared' : 'impossible'
}
