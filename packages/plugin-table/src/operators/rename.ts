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
  rowFromEntries,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { tableError } from '../errors.js'

const fields = {
  /** The columns and their new names: `{ text: 'review' }`. */
  columns: columnRecord(z.string()),
}
const schema = optionsSchema(fields)

/** The options of `table.rename`. */
export type RenameOptions = OutputOf<typeof fields>

/** Columns keep their position. A row that already has a column of the new name is refused. */
function renameColumns(row: Row, names: ReadonlyMap<string, string>): Row {
  const entries = columnNames(row).map((name): [string, unknown] => [names.get(name) ?? name, row[name]])
  const renamed = rowFromEntries(entries)
  if (Object.keys(renamed).length === entries.length) return renamed
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index)?.[0] ?? ''
  throw tableError('MAESTRO_TABLE_OPTIONS', {
    operator: 'table.rename',
    reason: `the row would have two columns "${twice}"; drop one before`,
  })
}

/**
 * `table.rename`: gives columns new names. They keep their position.
 *
 * @example .step('table.rename', { columns: { stars: 'rating' } })
 */
export const rename = defineOperator({
  name: 'table.rename',
  kind: 'map',
  description: 'Gives columns new names',
  options: fields,
  renames: '{columns}',
  create({ columns }) {
    const names = new Map(Object.entries(columns))
    return (row) => renameColumns(row, names)
  },
})

/** Gives columns new names. */
export class RenameColumnsOperator extends MapOperator {
  readonly #names: ReadonlyMap<string, string>

  constructor(given: RenameOptions) {
    super()
    this.#names = new Map(Object.entries(parseOptions('table.rename', schema, given).columns))
  }

  override get columns(): ColumnEffects {
    return { renames: Object.fromEntries(this.#names) }
  }

  override map(row: Row): Row {
    return renameColumns(row, this.#names)
  }
}
