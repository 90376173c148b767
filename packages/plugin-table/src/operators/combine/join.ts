import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  type ColumnSet,
  column,
  columnNames,
  columns,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type LineRequest,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Refinement,
  type Row,
  type RowId,
  rowFromEntries,
  rowFunction,
  rowWith,
  type TableCounts,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'
import { columnKeys } from '../../values/column-keys.js'
import { plannedColumns } from '../planned-columns.js'
import { valueIn } from '../repair/group-key.js'
import { addsColumns, type JoinedTableRow, joinColumns } from './join-columns.js'
import { JoinTables, type Matches, type RightRow } from './join-tables.js'
import { chosen, NextMatches, OutputBatch, reasons } from './joined-rows.js'
import { joinLines } from './lines/join-lines.js'
import { batchesOf, columnsOf, missingColumn, type OtherTable, otherTableOption } from './other-table.js'
import { rowBound, rowsWithin } from './row-bound.js'

const fields = {
  /** The other table: rows in code, or another source, `{ use, ...options }`. It need not fit into memory. */
  right: otherTableOption,
  /** The columns whose values must equal those of the other table. Rows without a value in one of them match nothing. */
  by: columns().refine((names) => names.length > 0, 'at least one column is expected'),
  /** The columns of the other table that `by` is compared with, in the same order. @default the same names as `by` */
  on: z.array(z.string()).optional(),
  /**
   * Which rows come out: `inner` those with a match; `left` all, with nulls where there is no match; `right` and `full` also
   * the rows of the other table without a match; `semi` and `anti` the rows with and without a match, unchanged.
   *
   * @default 'inner'
   */
  how: z.enum(['inner', 'left', 'right', 'full', 'semi', 'anti']).default('inner'),
  /**
   * For a join in time: a column such as a time stamp. Of the rows with the same key, only the one counts whose value is
   * nearest, at or before this value. Use it with `how: 'inner'` or `'left'`.
   */
  asOf: column().optional(),
  /** The column of the other table that `asOf` is compared with. @default the same name as `asOf` */
  asOfOn: z.string().optional(),
  /** Whether `asOf` takes the nearest row at or before the value, or at or after it. @default 'backward' */
  direction: z.enum(['backward', 'forward']).default('backward'),
  /** The prefix of the columns that are added. The columns in `on` are not added. @default 'right_' */
  columnPrefix: z.string().default('right_'),
  /**
   * The most rows that the join may make: a number, or a multiple of the rows of both tables, which allows at least a
   * million. A join that would make more stops before it makes any.
   *
   * @default '10x'
   */
  maxRows: rowBound.default('10x'),
}

/** The options of `table.join`. */
export type JoinRowsOptions = OutputOf<typeof fields>

const refine: Refinement<JoinRowsOptions> = (given, { addIssue }) => {
  const { right, by, on = by, how, asOf, asOfOn = asOf } = given
  const add = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message, input: given })
  if (on.length !== by.length) add('on', `it names ${on.length} columns for the ${by.length} in \`by\``)
  if (asOf !== undefined && how !== 'inner' && how !== 'left')
    add('how', "with `asOf`, only 'inner' and 'left' are possible")
  for (const name of asOfOn === undefined ? on : [...on, asOfOn]) {
    const fault = missingColumn(right, name)
    if (fault !== undefined) add('on', fault)
  }
}
const schema = optionsSchema(fields, refine)

/** Joins the rows with those of another table that have the same key. */
export class JoinRowsOperator extends GlobalOperator {
  readonly #options: JoinRowsOptions
  readonly #right: OtherTable
  readonly #known: ColumnSet

  /** @param known The columns of the rows, as far as the plan knows them. */
  constructor(given: Partial<JoinRowsOptions> & Pick<JoinRowsOptions, 'right' | 'by'>, known = plannedColumns(given)) {
    super()
    this.#options = parseOptions('table.join', schema, given)
    this.#right = given.right
    this.#known = known
  }

  override get columns(): ColumnEffects {
    return { opaque: true }
  }

  /** Most joins are made by the database, over lines. @throws MAESTRO_TABLE_JOIN_SIZE */
  override async runOnLines(request: LineRequest): Promise<TableCounts | undefined> {
    const { right, by, on = by, asOf, how, columnPrefix } = this.#options
    if (asOf !== undefined || how === 'right' || how === 'full' || this.#decimals.includes(true)) return undefined
    const assertSize = (pairs: number, rows: number) => this.#assertSize(pairs, rows)
    const mostRows = (rows: number) => this.#mostRows(rows)
    return joinLines({ right, by, on, how, columnPrefix, mostRows, assertSize }, request)
  }

  /** @throws MAESTRO_TABLE_JOIN_SIZE; a broken record of the other table is rejected */
  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { by, on = by, asOf, asOfOn = asOf, how, direction } = this.#options
    const tables = await JoinTables.open()
    const columns = new Set<string>()
    try {
      const right = await tables.addRight(this.#rightBatches(columns, context), {
        by: on,
        asOf: asOfOn,
        key: columnKeys(decimalsIn([...on, asOfOn], this.#decimals)),
      })
      const left = await tables.addLeft(all, { by, asOf, key: columnKeys(decimalsIn([...by, asOf], this.#decimals)) })
      if (addsColumns(this.#options) && asOf === undefined) this.#assertSize(await tables.countPairs(), left + right)
      for (const name of on) columns.delete(name)
      if (!addsColumns(this.#options)) yield* chosen(all, tables.matched(), how === 'semi', context)
      else {
        yield* this.#joined(all, tables.matches(asOf === undefined ? undefined : direction), columns, context)
        if (how === 'right' || how === 'full') yield* this.#alone(tables.unmatchedRight(), columns, context)
      }
    } finally {
      await tables.close()
    }
  }

  /** Whether the columns of the key, and that of the moment, hold decimal numbers: then so do those of the other table. */
  get #decimals(): readonly boolean[] {
    const { by, on = by, asOf = '', asOfOn = asOf } = this.#options
    const other = columnsOf(this.#right)
    const others = [...on, asOfOn]
    return [...by, asOf].map((name, index) =>
      [columnTypeIn(name, this.#known), columnTypeIn(others[index] ?? '', other)].includes('decimal'),
    )
  }

  async *#rightBatches(columns: Set<string>, context: GlobalContext) {
    for await (const { ids, rows, rejects = [] } of batchesOf(this.#right, context.signal)) {
      for (const { id, row, error } of rejects) context.reject(`${context.step}:${id}`, row as Row, error)
      for (const row of rows) for (const name of columnNames(row)) columns.add(name)
      yield { ids, rows }
    }
  }

  #assertSize(pairs: number, rows: number): void {
    const maxRows = this.#mostRows(rows)
    if (pairs > maxRows) throw tableError('MAESTRO_TABLE_JOIN_SIZE', { rows: pairs, maxRows })
  }

  #mostRows(rows: number): number {
    return rowsWithin(this.#options.maxRows, rows)
  }

  async *#joined(
    all: AllRows,
    matches: AsyncGenerator<Matches>,
    columns: ReadonlySet<string>,
    context: GlobalContext,
  ): AsyncIterable<Batch> {
    const keepsAll = this.#options.how === 'left' || this.#options.how === 'full'
    const next = new NextMatches(matches)
    let position = 0
    for await (const { ids, rows } of all) {
      const out = new OutputBatch()
      for (const [index, row] of rows.entries()) {
        const id = ids[index] ?? ''
        const found = await next.at(position++)
        if (found.length === 0) {
          if (keepsAll) this.#add(out, id, row, undefined, columns, context)
          else context.dropped(id, reasons.unmatched)
        } else if (found.length === 1) this.#add(out, id, row, found[0], columns, context)
        else {
          const children = context.split(id, found.length)
          for (const [number, match] of found.entries())
            this.#add(out, children[number] ?? '', row, match, columns, context)
        }
      }
      yield out
    }
  }

  #add(
    out: OutputBatch,
    id: RowId,
    row: Row,
    match: RightRow | undefined,
    columns: ReadonlySet<string>,
    context: GlobalContext,
  ): void {
    const { columnPrefix } = this.#options
    const added = Array.from(
      columns,
      (name) => [columnPrefix + name, match === undefined ? null : (valueIn(match.row, name) ?? null)] as const,
    )
    // The key is a column of every row of a right or full join, and so is it of this one.
    const isOuter = this.#options.how === 'right' || this.#options.how === 'full'
    const absent = isOuter ? this.#options.by.filter((name) => !Object.hasOwn(row, name)) : []
    const twice = added.find(([name]) => Object.hasOwn(row, name))?.[0]
    if (twice === undefined) out.add(id, rowWith(row, [...absent.map((name) => [name, null] as const), ...added]))
    else context.reject(id, row, twoColumns(twice))
  }

  /** The rows of the right table without a match. The columns of the key are those of this table. */
  async *#alone(
    rights: AsyncGenerator<RightRow>,
    columns: ReadonlySet<string>,
    context: GlobalContext,
  ): AsyncIterable<Batch> {
    const { by, on = by, columnPrefix } = this.#options
    let out = new OutputBatch()
    for await (const { id, row } of rights) {
      const key = by.map((name, index) => [name, valueIn(row, on[index] ?? '') ?? null] as const)
      const added = Array.from(columns, (name) => [columnPrefix + name, valueIn(row, name) ?? null] as const)
      out.add(`${context.step}:${id}`, rowFromEntries([...key, ...added]))
      if (out.rows.length < 1024) continue
      yield out
      out = new OutputBatch()
    }
    yield out
  }
}

/** The columns of one table that are compared as decimal numbers. */
function decimalsIn(names: readonly (string | undefined)[], isDecimal: readonly boolean[]): ColumnSet {
  const found = names.filter((name, index): name is string => name !== undefined && isDecimal[index] === true)
  return { columns: rowFromEntries(found.map((name) => [name, 'decimal' as const])), open: true }
}

const twoColumns = (name: string) =>
  tableError('MAESTRO_TABLE_OPTIONS', {
    operator: 'table.join',
    reason: `the row would have two columns "${name}"; set another \`columnPrefix\``,
  })

/**
 * `table.join`: joins the rows with those of another table that have the same key. A row with one match keeps its id; a
 * row with several becomes several rows.
 *
 * @example .step('table.join', { right: [{ city: 'Oslo', people: 717710 }], by: ['city'], how: 'left' })
 */
export const join = defineOperator({
  name: 'table.join',
  kind: 'opaque',
  description: 'Joins the rows with those of another table that have the same key',
  options: fields,
  refine,
  columns: joinColumns,
  row: rowFunction<JoinedTableRow>(),
  check({ options, columns: { columns } }) {
    const { right, by, on = by, columnPrefix } = options
    if (!addsColumns(options)) return []
    const added = Object.keys(columnsOf(right).columns).filter((name) => !on.includes(name))
    const twice = added.map((name) => columnPrefix + name).find((name) => Object.hasOwn(columns, name))
    return twice === undefined ? [] : [twoColumns(twice)]
  },
  create: (options) => new JoinRowsOperator(options),
})
