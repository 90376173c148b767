import { columnNames, rowFromEntries } from '../../contracts/column-order.js'
import type { Columns, ColumnType, Row } from '../../contracts/row.js'
import { columnTypeOf } from '../../provider/column-types.js'

/** Collects the columns of passing rows. A column whose values have several types is `unknown`. */
export class ColumnInference {
  readonly #types = new Map<string, ColumnType | undefined>()

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      for (const column of columnNames(row)) {
        const type = columnTypeOf(row[column])
        const known = this.#types.get(column)
        this.#types.set(
          column,
          known === undefined || type === undefined || known === type ? (known ?? type) : 'unknown',
        )
      }
    }
  }

  get columns(): Columns {
    return rowFromEntries([...this.#types].map(([column, type]) => [column, type ?? 'unknown']))
  }
}
