import { type ColumnEffects, MapOperator, type Row } from '@maestro-dataflow/core'

/** The options of an operator that changes the values of one column by a function. */
export interface MapRowsOptions {
  readonly column: string
  readonly change: (value: unknown) => unknown
  /** @default `column` */
  readonly output?: string
}

/**
 * Changes one column with a function.
 *
 * @example await new MapRowsOperator({ column: 'name', change: (name) => String(name).trim() }).run(storage)
 */
export class MapRowsOperator extends MapOperator {
  readonly #options: MapRowsOptions

  constructor(options: MapRowsOptions) {
    super()
    this.#options = options
  }

  override get columns(): ColumnEffects {
    const { column, output = column } = this.#options
    return { reads: [column], adds: { [output]: 'unknown' } }
  }

  override map(row: Row): Row {
    const { column, change, output = column } = this.#options
    return { ...row, [output]: change(row[column]) }
  }
}
