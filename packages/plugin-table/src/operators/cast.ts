import {
  type ColumnEffects,
  columnNames,
  defineOperator,
  MapOperator,
  type Row,
  rowFromEntries,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { type CastType, castTypes, castValue, noValue } from './cast-value.js'

const options = z.strictObject({
  columns: z.record(z.string(), z.enum(castTypes)).describe("Types by column: { stars: 'integer', day: 'date' }"),
})

export type CastOptions = z.infer<typeof options>

function castColumns(row: Row, types: readonly (readonly [string, CastType])[]): Row {
  const cast = new Map(columnNames(row).map((name) => [name, row[name]]))
  for (const [column, type] of types) {
    if (!cast.has(column)) continue
    const value = castValue(cast.get(column), type)
    if (value === noValue) {
      const shown = shownValue(row[column])
      throw tableError('MAESTRO_TABLE_CAST', { column, type, value: shown })
    }
    cast.set(column, value)
  }
  return rowFromEntries([...cast])
}

/**
 * `table.cast`: columns get another type; a row with a value that is none of it is rejected.
 *
 * @example .step('table.cast', { columns: { stars: 'string' } })
 */
export const cast = defineOperator({
  name: 'table.cast',
  kind: 'map',
  description: 'Gives columns another type; what does not fit is rejected',
  options,
  columns: ({ columns }: CastOptions) => ({ reads: Object.keys(columns), adds: columns }),
  create({ columns }) {
    const types = Object.entries(columns)
    return (row) => castColumns(row, types)
  },
})

/** Gives columns another type. */
export class CastColumnsOperator extends MapOperator {
  readonly #columns: CastOptions['columns']

  constructor(given: CastOptions) {
    super()
    this.#columns = options.parse(given).columns
  }

  override get columns(): ColumnEffects {
    return { reads: Object.keys(this.#columns), adds: this.#columns }
  }

  override map(row: Row): Row {
    return castColumns(row, Object.entries(this.#columns))
  }
}
