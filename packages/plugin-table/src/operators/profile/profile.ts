import {
  type AllRows,
  type Batch,
  byteSize,
  type ColumnEffects,
  type ColumnSet,
  columns,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  maestroError,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Row,
  type RowFunction,
  rowFunction,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { engineError } from '../../engine/connect.js'
import { interruptOn } from '../../engine/interrupt-on.js'
import { TypedTables } from '../../engine/typed-tables.js'
import { plannedColumns, rememberColumns } from '../planned-columns.js'
import { type ColumnProfile, describeColumn } from './describe-column.js'

const fields = {
  /** The columns to describe. @default all columns */
  columns: columns().optional(),
  /** How many of the most frequent values are listed. @default 10 */
  topValues: z.number().int().nonnegative().default(10),
  /** The number of parts of the histogram of numbers or dates. @default 10 */
  bins: z.number().int().positive().max(1000).default(10),
  /** What the work may hold in memory, in bytes or with a unit. More goes to temporary files. @default '1GiB' */
  memory: byteSize().default(1024 ** 3),
}
const schema = optionsSchema(fields)

/** The options of `table.profile`. */
export type ProfileOptions = OutputOf<typeof fields>

/** One row for each column. */
export interface ProfileRow extends RowFunction {
  readonly row: { readonly column: string } & ColumnProfile extends infer Profile
    ? { -readonly [Name in keyof Profile]: Profile[Name] }
    : never
}

/** Describes each column of a table in one row. */
export class ProfileColumnsOperator extends GlobalOperator {
  readonly #options: ProfileOptions
  readonly #columns: ColumnSet

  /** @param columns The columns of the rows, as far as they are known: only they tell that texts are decimal numbers. */
  constructor(given: Partial<ProfileOptions> = {}, columns = plannedColumns(given)) {
    super()
    this.#options = parseOptions('table.profile', schema, given)
    this.#columns = columns
  }

  override get columns(): ColumnEffects {
    return { opaque: true }
  }

  /** @throws MAESTRO_TABLE_FAILED, MAESTRO_RUN_ABORTED */
  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { columns: chosen, memory } = this.#options
    const tables = await TypedTables.open(memory)
    const stopInterrupting = interruptOn(context.signal, tables.database)
    try {
      const refused = new Set<string>()
      const table = await tables.load(all, this.#columns, (id, row, error) => {
        refused.add(id)
        context.reject(id, row, error)
      })
      for await (const { ids } of all)
        for (const id of ids) if (!refused.has(id)) context.dropped(id, 'it became part of the profile')
      for (const column of chosen ?? table.extracted.names) {
        const profile = table.extracted.names.includes(column)
          ? await describeColumn(tables.database.connection, table, column, this.#options)
          : emptyColumn(table.rows)
        const row: Row = { column, ...profile }
        yield { ids: [`${context.step}:${column}`], rows: [row] }
      }
    } catch (error) {
      if (context.signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, error)
      throw MaestroError.is(error) ? error : engineError(error)
    } finally {
      stopInterrupting()
      await tables.close()
    }
  }
}

function emptyColumn(rows: number): ColumnProfile {
  const none = { min: null, max: null, mean: null, stddev: null, quantiles: null, lengths: null }
  return { rows, nulls: rows, types: {}, distinct: 0, ...none, top: [], histogram: [] }
}

/**
 * `table.profile`: one row for each column, which says what the column holds: types, missing values, quantiles, the most
 * frequent values, the lengths of texts, and a histogram.
 *
 * @example .step('table.profile', { topValues: 5 })
 */
export const profile = defineOperator({
  name: 'table.profile',
  kind: 'opaque',
  description: 'Describes each column in one row: types, missing values, quantiles, frequent values, histogram',
  options: fields,
  columns(options, before): ColumnEffects {
    rememberColumns(options, before)
    return {
      keeps: [],
      adds: {
        ...{ column: 'string', rows: 'integer', nulls: 'integer', types: 'json', distinct: 'integer' },
        ...{ min: 'unknown', max: 'unknown', mean: 'unknown', stddev: 'number', quantiles: 'json', lengths: 'json' },
        ...{ top: 'json', histogram: 'json' },
      },
    }
  },
  row: rowFunction<ProfileRow>(),
  create: (options) => new ProfileColumnsOperator(options, plannedColumns(options)),
})
