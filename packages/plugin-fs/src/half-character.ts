import { type MaestroError, maestroError } from '@maestro-dataflow/core'

/**
 * Half of a character, such as `slice` can leave of an emoji, cannot be written in UTF-8. Only JSON has an escape for
 * it.
 */
export function halfCharacter(column: string): MaestroError {
  return maestroError('MAESTRO_ROW_UNENCODABLE', { column, type: 'text with half a character in it' })
}
