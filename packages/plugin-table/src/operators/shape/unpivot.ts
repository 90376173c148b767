import {
  columnNames,
  columns,
  defineOperator,
  type OutputOf,
  type Row,
  type RowFunction,
  rowFromEntries,
  rowFunction,
  type With,
  type Without,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'

const fields = {
  /** The columns that become rows. */
  columns: columns().refine((names) => names.length > 0, 'at least one column is expected'),
  /**
   * The names of the added columns: that of the name of the former column, and that of its value.
   *
   * @default { name: 'name', value: 'value' }
   */
  outputs: z
    .strictObject({ name: z.string().min(1), value: z.string().min(1) })
    .default({ name: 'name', value: 'value' }),
  /** Whether a column without a value makes a row. @default 'keep' */
  empty: z.enum(['keep', 'drop']).default('keep'),
}

function unpivotRow(row: Row, { columns, outputs: { name, value }, empty }: OutputOf<typeof fields>): readonly Row[] {
  const moved = new Set(columns)
  const rest = columnNames(row)
    .filter((column) => !moved.has(column))
    .map((column) => [column, row[column]] as const)
  const twice = rest.find(([column]) => column === name || column === value)?.[0]
  if (twice !== undefined) throw twoColumns(twice)
  const hasValue = (column: string) => Object.hasOwn(row, column) && row[column] !== null && row[column] !== undefined
  return columns
    .filter((column) => empty === 'keep' || hasValue(column))
    .map((column) => {
      const cell = hasValue(column) ? row[column] : null
      return rowFromEntries([...rest, [name, column], [value, cell]])
    })
}

const twoColumns = (name: string) =>
  tableError('MAESTRO_TABLE_OPTIONS', {
    operator: 'table.unpivot',
    reason: `the row would have two columns "${name}"; set other \`outputs\``,
  })

/** The row with the name and the value of one of the columns in place of all of them. */
export interface UnpivotedRow extends RowFunction {
  readonly row: this['options'] extends { readonly columns: readonly (infer Names)[] }
    ? With<
        Without<this['before'], Names>,
        { [Key in NameOf<this['options'], 'name'>]: Names } & {
          [Key in NameOf<this['options'], 'value'>]: ValueIn<this['before'], Names> | null
        }
      >
    : never
}
type NameOf<Options, Role extends 'name' | 'value'> = Options extends {
  readonly outputs: { readonly [Key in Role]: infer Name extends string }
}
  ? Name
  : Role
type ValueIn<Row, Names> = Names extends keyof Row ? Row[Names] : unknown

/**
 * `table.unpivot`: makes one row of each of several columns, with the name and the value of the column.
 *
 * @example .step('table.unpivot', { columns: ['q1', 'q2'], outputs: { name: 'quarter', value: 'sales' } })
 */
export const unpivot = defineOperator({
  name: 'table.unpivot',
  kind: 'flatMap',
  description: 'Makes one row of each of several columns, with its name and its value',
  options: fields,
  refine({ columns, outputs: { name, value } }, { addIssue }) {
    if (name === value)
      addIssue({ code: 'custom', path: ['outputs', 'value'], message: 'it is the same as `name`', input: value })
    const twice = columns.find((column, index) => columns.indexOf(column) !== index)
    if (twice !== undefined)
      addIssue({ code: 'custom', path: ['columns'], message: `"${twice}" is named twice`, input: columns })
  },
  columns({ columns, outputs: { name, value } }, before) {
    const types = new Set(columns.map((column) => columnTypeIn(column, before)))
    const [type = 'unknown', ...others] = types
    const adds = { [name]: 'string' as const, [value]: others.length === 0 ? type : ('unknown' as const) }
    return { drops: columns.filter((column) => !Object.hasOwn(adds, column)), adds }
  },
  row: rowFunction<UnpivotedRow>(),
  check({ options: { columns, outputs }, columns: { columns: known } }) {
    const twice = [outputs.name, outputs.value].find((name) => Object.hasOwn(known, name) && !columns.includes(name))
    return twice === undefined ? [] : [twoColumns(twice)]
  },
  create:
    (options) =>
    (row, { drop }) => {
      const rows = unpivotRow(row, options)
      return rows.length === 0 ? drop('none of the columns has a value') : rows
    },
})
