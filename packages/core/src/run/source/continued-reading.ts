import type { SourceNode } from '../../contracts/pipeline-definition.js'
import type { SourceReader } from '../../contracts/source.js'

/**
 * How a resumed run knows that the rows before a position are those that it has finished: the source identifies its
 * content, or the rows are read again and compared. Rows that can be read only once cannot be compared.
 */
export function continuedReading(source: SourceNode, reader: SourceReader): 'identified' | 'compared' | 'impossible' {
  if (!('rows' in source)) return reader.identity === undefined ? 'compared' : 'identified'
  return typeof source.rows === 'function' || Array.isArray(source.rows) ? 'compared' : 'impossible'
}
