import {
  type ColumnEffects,
  columnNames,
  columnRecord,
  defineOperator,
  MapOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Row,
  type RowFunction,
  rowFromEntries,
  rowFunction,
  type ValueOf,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { type CastType, castTypes, castValue, noValue } from './cast-value.js'

const fields = {
  /** The columns and their new types: `{ stars: 'integer', day: 'date' }`. */
  columns: columnRecord(z.enum(castTypes)),
}
const schema = optionsSchema(fields)

/** The options of `table.cast`. */
export type CastOptions = OutputOf<typeof fields>

function castColumns(row: Row, types: readonly (readonly [string, CastType])[]): Row {
  const cast = new Map(columnNames(row).map((name) => [name, row[name]]))
  for (const [column, type] of types) {
    if (!cast.has(column)) {
      // The row has the column from now on, without a value.
      cast.set(column, undefined)
      continue
    }
    const value = castValue(cast.get(column), type)
    if (value === noValue) {
      const shown = shownValue(row[column])
      throw tableError('MAESTRO_TABLE_CAST', { column, type, value: shown })
    }
    cast.set(column, value)
  }
  return rowFromEntries([...cast])
}

/** Columns with the types that they are cast to. Null stays null. */
export interface CastRow extends RowFunction {
  readonly row: this['options'] extends { readonly columns: infer Types }
    ? With<this['before'], { -readonly [Name in keyof Types]: ValueOf<Types[Name]> | null }>
    : never
}

/**
 * `table.cast`: converts columns to other types. A row with a value that cannot be converted is rejected.
 *
 * @example .step('table.cast', { columns: { stars: 'string' } })
 */
export const cast = defineOperator({
  name: 'table.cast',
  kind: 'map',
  description: 'Gives columns another type; what does not fit is rejected',
  options: fields,
  adds: ({ columns }) => columns,
  row: rowFunction<CastRow>(),
  create({ columns }) {
    const types = Object.entries(columns)
    return (row) => castColumns(row, types)
  },
})

/** Converts columns to other types. */
export class CastColumnsOperator extends MapOperator {
  readonly #columns: CastOptions['columns']

  constructor(given: CastOptions) {
    super()
    this.#columns = parseOptions('table.cast', schema, given).columns
  }

  override get columns(): ColumnEffects {
    return { reads: Object.keys(this.#columns), adds: this.#columns }
  }

  override map(row: Row): Row {
    return castColumns(row, Object.entries(this.#columns))
  }
}
