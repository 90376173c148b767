import {
  type ColumnEffects,
  columnNames,
  columns,
  defineOperator,
  MapOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Row,
  rowFromEntries,
} from '@maestro-dataflow/core'

const fields = {
  /** The names of the columns. */
  columns: columns().refine((names) => names.length > 0, 'at least one column is expected'),
}
const schema = optionsSchema(fields)

/** The options of `table.select` and `table.drop`: columns. */
export type ColumnListOptions = OutputOf<typeof fields>

function keepColumns(row: Row, columns: readonly string[]): Row {
  return rowFromEntries(columns.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]))
}

function dropColumns(row: Row, columns: ReadonlySet<string>): Row {
  const kept = columnNames(row).filter((name) => !columns.has(name))
  return rowFromEntries(kept.map((name) => [name, row[name]]))
}

/**
 * `table.select`: keeps only the given columns, in the given order.
 *
 * @example .step('table.select', { columns: ['city', 'id'] })
 */
export const select = defineOperator({
  name: 'table.select',
  kind: 'map',
  description: 'Keeps some columns, in the order given',
  options: fields,
  keeps: ['{columns}'],
  create:
    ({ columns }) =>
    (row) =>
      keepColumns(row, columns),
})

/**
 * `table.drop`: removes the given columns.
 *
 * @example .step('table.drop', { columns: ['stars'] })
 */
export const drop = defineOperator({
  name: 'table.drop',
  kind: 'map',
  description: 'Drops some columns',
  options: fields,
  drops: ['{columns}'],
  create({ columns }) {
    const dropped = new Set(columns)
    return (row) => dropColumns(row, dropped)
  },
})

/** Keeps only the given columns, in the given order. */
export class SelectColumnsOperator extends MapOperator {
  readonly #columns: readonly string[]

  constructor(given: ColumnListOptions) {
    super()
    this.#columns = parseOptions('table.select', schema, given).columns
  }

  override get columns(): ColumnEffects {
    return { keeps: this.#columns }
  }

  override map(row: Row): Row {
    return keepColumns(row, this.#columns)
  }
}

/** Removes the given columns. */
export class DropColumnsOperator extends MapOperator {
  readonly #columns: ReadonlySet<string>

  constructor(given: ColumnListOptions) {
    super()
    this.#columns = new Set(parseOptions('table.drop', schema, given).columns)
  }

  override get columns(): ColumnEffects {
    return { drops: [...this.#columns] }
  }

  override map(row: Row): Row {
    return dropColumns(row, this.#columns)
  }
}
