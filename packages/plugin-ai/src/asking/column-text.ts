import { PromptTemplate, type Row } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

const value = new PromptTemplate('{{value}}')

/**
 * Converts a cell to the text that prompts insert.
 *
 * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE
 */
export function columnText(row: Row, column: string): string {
  const text = value.format({ value: row[column] ?? null })
  if (text.trim() === '') throw aiError('MAESTRO_AI_EMPTY_INPUT', { column })
  return text
}
