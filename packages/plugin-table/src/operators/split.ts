import { hash } from 'node:crypto'
import {
  columns,
  defineOperator,
  newColumn,
  type OutputOf,
  type Row,
  type RowFunction,
  type RowId,
  rowFunction,
  rowWith,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type ColumnKey, columnKeys } from '../values/column-keys.js'
import { plannedColumns, rememberColumns } from './planned-columns.js'

const fields = {
  /**
   * The parts with their shares: `{ train: 0.8, test: 0.2 }`. The shares are weights: `{ train: 8, test: 2 }` means the
   * same.
   *
   * @default { train: 0.8, validation: 0.1, test: 0.1 }
   */
  parts: z
    .record(z.string().min(1), z.number().nonnegative())
    .refine((parts) => Object.values(parts).some((share) => share > 0), 'at least one part needs a share above 0')
    .default({ train: 0.8, validation: 0.1, test: 0.1 }),
  /**
   * The columns of the group that a row belongs to, such as a customer or a cluster of near-duplicates. All rows of a
   * group get into the same part. A row without a value in any of these columns is a group of its own.
   *
   * @default each row by its id
   */
  by: columns().optional(),
  /** Another seed splits the rows in another way. @default 0 */
  seed: z.number().int().default(0),
  /** The name of the added column. @default 'split' */
  output: newColumn('split'),
}

/** The text that decides the part of a row: the same for all rows of a group, in any run and any order. */
function groupOf(row: Row, id: RowId, by: readonly string[] | undefined, key: ColumnKey): string {
  const keys = (by ?? []).map((column) => key(row, column))
  return keys.every((key) => key === null) ? `id\n${id}` : `by\n${JSON.stringify(keys)}`
}

/** The number of bits of the hash that are used. A number holds them exactly. */
const hexDigits = 12
const whole = 16 ** hexDigits

function splitter(options: OutputOf<typeof fields>): (row: Row, id: RowId) => Row {
  const { parts, by, seed, output } = options
  const key = columnKeys(plannedColumns(options))
  const shares = Object.entries(parts).filter(([, share]) => share > 0)
  const total = shares.reduce((sum, [, share]) => sum + share, 0)
  let sum = 0
  const limits = shares.map(([name, share]) => {
    sum += share
    return [name, sum / total] as const
  })
  const last = limits.at(-1)?.[0] ?? ''
  return (row, id) => {
    const at = Number.parseInt(hash('sha256', `${seed}\n${groupOf(row, id, by, key)}`).slice(0, hexDigits), 16) / whole
    const part = limits.find(([, limit]) => at < limit)?.[0] ?? last
    return rowWith(row, [[output, part]])
  }
}

/** The row with the name of its part. */
export interface SplitRow extends RowFunction {
  readonly row: With<this['before'], { [Name in OutputName<this['options']>]: PartOf<this['options']> }>
}
type OutputName<Options> = Options extends { readonly output: infer Name extends string } ? Name : 'split'
type PartOf<Options> = Options extends { readonly parts: infer Parts }
  ? keyof Parts & string
  : 'train' | 'validation' | 'test'

/**
 * `table.split`: assigns each row to a part, such as train and test, by a hash of its id or of its group. The same row
 * gets into the same part in every run, also if other rows are added or removed.
 *
 * @example .step('table.split', { parts: { train: 0.5, test: 0.5 }, by: ['city'], seed: 1 })
 */
export const split = defineOperator({
  name: 'table.split',
  kind: 'map',
  description: 'Assigns rows to parts such as train and test, by a hash of their id or group',
  options: fields,
  columns(options, before) {
    rememberColumns(options, before)
    return { reads: options.by ?? [], adds: { [options.output]: 'string' } }
  },
  row: rowFunction<SplitRow>(),
  create(options) {
    const splitRow = splitter(options)
    return (row, { rowId }) => splitRow(row, rowId)
  },
})
