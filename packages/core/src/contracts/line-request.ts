import type { RowId } from './row.js'
import type { TableFile, TableRequest } from './table-engine.js'

/** A request to an operator over a whole table that works on files of rows as text, so that no row becomes an object. */
export interface LineRequest
  extends Pick<TableRequest, 'input' | 'columns' | 'leftOut' | 'read' | 'signal' | 'directory'> {
  /** The step, from whose name the ids of new rows are made. */
  readonly step: string
  /** Receives each row that became several rows, whose ids are `<id>/<step>/<number from 0>`. */
  readonly split?: ((id: RowId, rows: number) => void) | undefined
  /** Whether the rows go to an output that takes lines of JSON without tagged values as they are. */
  readonly takesRows: boolean
  /**
   * The file to write. It is asked for once, when nothing can fail any more because of a row.
   *
   * @param format What the lines are: `rows` only with `takesRows`.
   */
  output(format: TableFile['format']): Promise<TableFile>
}
