import { type AllRows, type GlobalContext, MaestroError, type Row } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'

/** A row with the text that it is judged by. */
export interface TextRow {
  readonly id: string
  readonly row: Row
  readonly text: string
}

/** All rows of a table that has to be held as a whole. A row without a text is rejected, with MAESTRO_AI_EMPTY_INPUT. */
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
