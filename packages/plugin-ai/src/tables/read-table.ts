import { type AllRows, type GlobalContext, MaestroError, type Row } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'

/** A row and the text by which it is judged. */
export interface TextRow {
  readonly id: string
  readonly row: Row
  readonly text: string
}

/**
 * Reads all rows of a table that must be held in memory. A row without a text is rejected with MAESTRO_AI_EMPTY_INPUT.
 */
export async function readTable(all: AllRows, column: string, context: GlobalContext): Promise<readonly TextRow[]> {
  const table: TextRow[] = []
  for await (const { ids, rows } of all) {
    context.signal.throwIfAborted()
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      try {
        table.push({ id, row, text: columnText(row, column) })
      } catch (error) {
        if (!MaestroError.is(error)) throw error
        context.reject(id, row, error)
      }
    }
  }
  return table
}
