import {
  column,
  defineOperator,
  type OutputOf,
  type Row,
  type RowFunction,
  rowFunction,
  rowWith,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'
import { shownValue } from '../../values/shown-value.js'

const fields = {
  /** The column that holds a list in each row. */
  input: column(),
  /** The name of the column that holds the item. Unless it is `input`, the list stays beside it. @default `input` */
  output: z.string().min(1).optional(),
  /** The name of an added column with the position of the item in its list, from 0. @default no such column */
  position: z.string().min(1).optional(),
  /**
   * What becomes of a row whose list is empty or missing: `keep` makes one row of it, without a value; `drop` makes none.
   *
   * @default 'keep'
   */
  empty: z.enum(['keep', 'drop']).default('keep'),
}

/** The items of a list or vector; undefined for a row without a value. @throws MAESTRO_TABLE_SHAPE */
function itemsOf(row: Row, column: string): readonly unknown[] | undefined {
  const value = Object.hasOwn(row, column) ? row[column] : undefined
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value
  if (value instanceof Float32Array) return [...value]
  throw tableError('MAESTRO_TABLE_SHAPE', { column, expected: 'a list', value: shownValue(value) })
}

function explodeRow(row: Row, { input, output = input, position, empty }: OutputOf<typeof fields>): readonly Row[] {
  const items = itemsOf(row, input) ?? []
  const place = (index: number | null) => (position === undefined ? [] : [[position, index] as const])
  const child = (item: unknown, index: number | null): Row => rowWith(row, [[output, item], ...place(index)])
  if (items.length === 0) return empty === 'keep' ? [child(null, null)] : []
  return items.map(child)
}

/** The row with one item of the list. */
export interface ExplodedRow extends RowFunction {
  readonly row: With<With<this['before'], ItemColumn<this['before'], this['options']>>, PositionColumn<this['options']>>
}
type ItemColumn<Row, Options> = Options extends { readonly input: infer Input extends string }
  ? {
      [Name in OutputName<Options, Input>]: (Input extends keyof Row ? ItemOf<NonNullable<Row[Input]>> : unknown) | null
    }
  : never
type OutputName<Options, Input extends string> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Input
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : List extends Float32Array ? number : unknown
type PositionColumn<Options> = Options extends { readonly position: infer Name extends string }
  ? { [Key in Name]: number | null }
  : Record<never, never>

/**
 * `table.explode`: makes one row of each item of a list. The other columns are repeated.
 *
 * @example .step('table.explode', { input: 'tags', position: 'n' })
 */
export const explode = defineOperator({
  name: 'table.explode',
  kind: 'flatMap',
  description: 'Makes one row of each item of a list',
  options: fields,
  refine({ input, output = input, position }, { addIssue }) {
    if (position === output)
      addIssue({ code: 'custom', path: ['position'], message: 'it is the column of the items', input: position })
  },
  adds: ({ input, output = input, position }, before) => ({
    [output]: columnTypeIn(input, before) === 'vector' ? 'number' : 'unknown',
    ...(position === undefined ? {} : { [position]: 'integer' as const }),
  }),
  row: rowFunction<ExplodedRow>(),
  create:
    (options) =>
    (row, { drop }) => {
      const rows = explodeRow(row, options)
      return rows.length === 0 ? drop(`the list in "${options.input}" is empty`) : rows
    },
})
