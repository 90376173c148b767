import {
  type AllRows,
  type Batch,
  byteSize,
  type ColumnEffects,
  type ColumnSet,
  defineOperator,
  duration,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  maestroError,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Refinement,
  type Row,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { checkSelect } from '../../engine/check-select.js'
import { withComparedColumns } from '../../engine/compared-columns.js'
import { reasonOf } from '../../engine/connect.js'
import { interruptOn } from '../../engine/interrupt-on.js'
import { orderedInSelect } from '../../engine/ordered-select.js'
import { isBound, resultColumns, selectedRows } from '../../engine/run-select.js'
import { TypedTables } from '../../engine/typed-tables.js'
import { tableError } from '../../errors.js'
import { batchesOf, columnsOf, type OtherTable, otherTableOption } from '../combine/other-table.js'
import { rowBound, rowsWithin } from '../combine/row-bound.js'
import { plannedColumns, rememberColumns } from '../planned-columns.js'
import { prepareSql, twiceNamed } from './prepare-sql.js'

/** The name of the table of the step's own rows. */
const ownTable = 'input'

const fields = {
  /**
   * One SELECT in DuckDB's SQL over `input`, which is the rows of the step, and the tables of `tables`. It reaches no file, no
   * network, and no setting.
   */
  query: z.string().min(1),
  /** Further tables by their names in the query: rows in code, or other sources, `{ use, ...options }`. @default none */
  tables: z.record(z.string().min(1), otherTableOption).default({}),
  /** How long the query may take. @default '10m' */
  timeout: duration().default(600_000),
  /** What the query may hold in memory, in bytes or with a unit. More goes to temporary files. @default '1GiB' */
  memory: byteSize().default(1024 ** 3),
  /**
   * The most rows that the query may return: a number, or a multiple of the rows of all tables, which allows at least a
   * million.
   *
   * @default '10x'
   */
  maxRows: rowBound.default('10x'),
}

const refine: Refinement<SqlOptions> = ({ tables }, { addIssue }) => {
  const names = [ownTable, ...Object.keys(tables)].map((name) => name.toLowerCase())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    addIssue({ code: 'custom', path: ['tables'], message: `there would be two tables "${twice}"`, input: tables })
}
const schema = optionsSchema(fields, refine)

/** The options of `table.sql`. */
export type SqlOptions = OutputOf<typeof fields>

/** Makes the rows of a query over the rows of the step and over other tables. The new rows have ids of their own. */
export class SqlRowsOperator extends GlobalOperator {
  readonly #options: SqlOptions
  readonly #tables: Readonly<Record<string, OtherTable>>
  readonly #columns: ColumnSet

  /** @param columns The columns of the rows, as far as they are known. */
  constructor(given: z.input<typeof schema> & Pick<SqlOptions, 'query'>, columns = plannedColumns(given)) {
    super()
    this.#options = parseOptions('table.sql', schema, given)
    this.#tables = this.#options.tables
    this.#columns = columns
  }

  override get columns(): ColumnEffects {
    return { opaque: true }
  }

  /** @throws MAESTRO_TABLE_SQL, MAESTRO_TABLE_SQL_TIME, MAESTRO_TABLE_SQL_SIZE */
  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { query, timeout, memory } = this.#options
    const tables = await TypedTables.open(memory)
    const limit = AbortSignal.timeout(timeout)
    const stopInterrupting = interruptOn(AbortSignal.any([limit, context.signal]), tables.database)
    try {
      const rows = await this.#load(tables, all, context)
      const { connection } = tables.database
      const fault = await checkSelect(connection, query, [ownTable, ...Object.keys(this.#tables)])
      // Nobody knows the columns of no rows, so that the query may name any.
      if (fault === undefined && rows.isUnknown && !(await isBound(connection, query))) return
      if (fault !== undefined) throw tableError('MAESTRO_TABLE_SQL', { reason: `${fault}.` })
      const unordered = await orderedInSelect(connection, query, rows.unordered)
      if (unordered !== undefined) throw tableError('MAESTRO_TABLE_SQL', { reason: withoutOrder(unordered) })
      const compared = await withComparedColumns(connection, query)
      const columns = await resultColumns(connection, compared)
      const twice = twiceNamed(columns.map(({ name }) => name))
      if (twice !== undefined) throw tableError('MAESTRO_TABLE_SQL', { reason: twice })
      const maxRows = rowsWithin(this.#options.maxRows, rows.count)
      let made = 0
      for await (const batch of selectedRows(connection, compared, columns, rows.hasDecimals)) {
        if (limit.aborted) break
        const first = made + 1
        made += batch.length
        if (made > maxRows) throw tableError('MAESTRO_TABLE_SQL_SIZE', { maxRows })
        yield { ids: batch.map((_, index) => `${context.step}:${first + index}`), rows: batch }
      }
      limit.throwIfAborted()
    } catch (error) {
      if (context.signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, error)
      if (limit.aborted) throw tableError('MAESTRO_TABLE_SQL_TIME', { seconds: timeout / 1000 }, error)
      throw MaestroError.is(error) ? error : tableError('MAESTRO_TABLE_SQL', { reason: reasonOf(error) }, error)
    } finally {
      stopInterrupting()
      await tables.close()
    }
  }

  /**
   * Loads all tables. @returns the number of their rows, whether a column holds decimal numbers, whether there are neither
   * rows nor known columns, and the columns whose values have no order in SQL
   */
  async #load(tables: TypedTables, all: AllRows, context: GlobalContext) {
    let count = 0
    let hasDecimals = false
    let isUnknown = false
    const unordered = new Set<string>()
    const refused = new Set<string>()
    const add = async (name: string, batches: AllRows, columns: ColumnSet, prefix: string) => {
      const refuse = (id: string, row: Row, error: MaestroError) => {
        refused.add(prefix + id)
        context.reject(prefix + id, row, error)
      }
      const loaded = await tables.load(batches, columns, refuse)
      await tables.define(name, loaded, refuse)
      count += loaded.rows
      if (name === ownTable) isUnknown = loaded.rows === 0 && columns.open
      for (const [column, { kind }] of loaded.known) if (kind === 'mixed' || kind === 'json') unordered.add(column)
      hasDecimals ||= Object.values(columns.columns).includes('decimal')
    }
    await add(ownTable, all, this.#columns, '')
    for (const [name, table] of Object.entries(this.#tables))
      await add(name, goodBatches(table, `${name}:`, context), columnsOf(table), `${name}:`)
    for await (const { ids } of all)
      for (const id of ids) if (!refused.has(id)) context.dropped(id, 'it became part of the result of the query')
    return { count, hasDecimals, isUnknown, unordered }
  }
}

const withoutOrder = (column: string) =>
  `the order of the values of "${column}" is not known, because they are of several types, lists, or objects; cast them, such as try_cast("${column}" AS DOUBLE).`

/** The rows of another table, whose broken records are rejected. */
async function* goodBatches(table: OtherTable, prefix: string, context: GlobalContext): AsyncIterable<Batch> {
  for await (const { ids, rows, rejects = [] } of batchesOf(table, context.signal)) {
    for (const { id, row, error } of rejects) context.reject(prefix + id, row as Row, error)
    yield { ids, rows }
  }
}

const allTables = ({ tables }: SqlOptions, before: ColumnSet) =>
  new Map([[ownTable, before], ...Object.entries(tables).map(([name, table]) => [name, columnsOf(table)] as const)])

/**
 * `table.sql`: your own SELECT over the rows of the step, which are the table `input`, and over other tables. The rows of
 * the result are new and have ids of their own.
 *
 * @example .step('table.sql', { query: 'SELECT city, count(*) AS n FROM input GROUP BY city ORDER BY n DESC' })
 */
export const sql = defineOperator({
  name: 'table.sql',
  kind: 'opaque',
  description: 'Makes the rows of a SELECT over the rows and other tables',
  options: fields,
  refine,
  async columns(options, before): Promise<ColumnEffects> {
    rememberColumns(options, before)
    const prepared = await prepareSql(options.query, allTables(options, before))
    if ('fault' in prepared || prepared.columns.open) return { opaque: true }
    return { reads: [], keeps: [], adds: prepared.columns.columns }
  },
  async check({ options, columns }) {
    const prepared = await prepareSql(options.query, allTables(options, columns))
    return 'fault' in prepared ? [tableError('MAESTRO_TABLE_SQL', { reason: prepared.fault })] : []
  },
  create: (options) => new SqlRowsOperator(options, plannedColumns(options)),
})
