import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  type ColumnSet,
  type ColumnType,
  columnRecord,
  columns,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  hasType,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Row,
  rowFromEntries,
  rowWith,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'
import { type ColumnKey, columnKeys } from '../../values/column-keys.js'
import { shownValue } from '../../values/shown-value.js'
import { plannedColumns, rememberColumns } from '../planned-columns.js'
import { type ColumnFiller, createFiller, type FillMethod, fillMethods, isNumericMethod } from './fill-column.js'
import { groupKey, valueIn } from './group-key.js'
import { numericOf } from './numeric.js'

const fields = {
  /**
   * The columns to fill, each with a method, or with `{ value }` for a constant:
   * `{ age: 'median', city: { value: 'unknown' }, price: 'forward' }`. The methods are `mean`, `median`, `mode`, `forward`
   * (the value before), `backward` (the value after), and `interpolate` (between both, in equal steps).
   */
  columns: columnRecord(z.union([z.enum(fillMethods), z.strictObject({ value: z.unknown() })])),
  /** The columns that form groups. Values are computed from the rows of the same group. @default all rows */
  by: columns().optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.fill-missing`. */
export type FillMissingOptions = OutputOf<typeof fields>

/** What is computed for one group. */
type Group = ReadonlyMap<string, ColumnFiller>

/**
 * Fills missing values: null, undefined, and absent columns. Other values stay as they are, also empty texts and NaN. Where
 * there is nothing to compute a value from, it stays missing. Rows with a value that a method cannot compute with are
 * rejected.
 */
export class FillMissingOperator extends GlobalOperator {
  readonly #columns: readonly (readonly [string, FillMethod | { readonly value?: unknown }])[]
  readonly #by: readonly string[]
  readonly #known: ColumnSet
  readonly #key: ColumnKey

  /** @param known The columns of the rows, as far as the plan knows them. */
  constructor(given: FillMissingOptions, known = plannedColumns(given)) {
    super()
    const { columns, by = [] } = parseOptions('table.fill-missing', schema, given)
    this.#columns = Object.entries(columns).flatMap(([name, method]) => (method === undefined ? [] : [[name, method]]))
    this.#by = by
    this.#known = known
    this.#key = columnKeys(known)
  }

  override get columns(): ColumnEffects {
    return { reads: [...this.#columns.map(([name]) => name), ...this.#by] }
  }

  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const groups = await this.#see(all)
    const nothing: Group = new Map()
    for await (const { ids, rows } of all) {
      const kept: Row[] = []
      const keptIds: string[] = []
      for (const [index, row] of rows.entries()) {
        const id = ids[index] ?? ''
        const unfit = this.#unfit(row)
        if (unfit !== undefined) {
          context.reject(id, row, tableError('MAESTRO_TABLE_SHAPE', unfit))
          continue
        }
        kept.push(this.#filled(row, groups.get(groupKey(row, this.#by, this.#key)) ?? nothing))
        keptIds.push(id)
      }
      yield { ids: keptIds, rows: kept }
    }
  }

  async #see(all: AllRows): Promise<ReadonlyMap<string, Group>> {
    const methods = this.#columns.flatMap(([name, method]) =>
      typeof method === 'string' ? [[name, method] as const] : [],
    )
    const groups = new Map<string, Group>()
    if (methods.length === 0) return groups
    for await (const { rows } of all) {
      for (const row of rows) {
        if (this.#unfit(row) !== undefined) continue
        const key = groupKey(row, this.#by, this.#key)
        let group = groups.get(key)
        if (group === undefined) {
          group = new Map(
            methods.map(([name, method]) => [name, createFiller(method, columnTypeIn(name, this.#known))]),
          )
          groups.set(key, group)
        }
        for (const [name, filler] of group) filler.see(valueIn(row, name))
      }
    }
    return groups
  }

  #filled(row: Row, group: Group): Row {
    const changed: (readonly [string, unknown])[] = []
    for (const [name, method] of this.#columns) {
      const value = valueIn(row, name)
      const filler = group.get(name)
      if (value !== undefined) filler?.pass(value)
      else {
        const filled = typeof method === 'string' ? filler?.fill() : method.value
        if (filled !== undefined) changed.push([name, filled])
      }
    }
    return changed.length === 0 ? row : rowWith(row, changed)
  }

  /** The first value of a row that a numeric method cannot compute with. */
  #unfit(row: Row): { readonly column: string; readonly expected: string; readonly value: string } | undefined {
    for (const [column, method] of this.#columns) {
      if (typeof method !== 'string' || !isNumericMethod(method)) continue
      const value = valueIn(row, column)
      const type = columnTypeIn(column, this.#known)
      if (value !== undefined && numericOf(value, type) === undefined && !isNoNumber(value, type))
        return { column, expected: `a number or a date for the method ${method}`, value: shownValue(value) }
    }
    return undefined
  }
}

/** NaN and the infinities are numbers that count for nothing. */
const isNoNumber = (value: unknown, type: ColumnType): boolean =>
  (typeof value === 'number' && !Number.isFinite(value)) || (type === 'decimal' && hasType(value, 'decimal'))

function filledColumns(options: FillMissingOptions, before: ColumnSet): ColumnEffects {
  rememberColumns(options, before)
  const { columns, by = [] } = options
  const adds = Object.entries(columns).map(([name, method]) => {
    const type = columnTypeIn(name, before)
    if (method === 'mean' || method === 'median' || method === 'interpolate')
      return [
        name,
        type === 'integer' ? 'number' : ['number', 'date', 'decimal'].includes(type) ? type : 'unknown',
      ] as const
    return [name, typeof method === 'string' ? type : 'unknown'] as const
  })
  return { reads: [...Object.keys(columns), ...by], adds: rowFromEntries(adds) }
}

/**
 * `table.fill-missing`: fills missing values with a constant, or from the other values of the column, by group.
 *
 * @example .step('table.fill-missing', { columns: { stars: 'mean' } })
 */
export const fillMissing = defineOperator({
  name: 'table.fill-missing',
  kind: 'opaque',
  description: 'Fills missing values with a constant, or from the other values of the column, by group',
  options: fields,
  columns: filledColumns,
  create: (options) => new FillMissingOperator(options),
})
