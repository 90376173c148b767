import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  type ColumnSet,
  type ColumnType,
  columnNames,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type LineRequest,
  type OutputOf,
  type Row,
  type RowFunction,
  RowSource,
  rowFromEntries,
  rowFunction,
  type TableCounts,
} from '@maestro-dataflow/core'
import { columnTypeIn } from '../../engine/known-columns.js'
import { unionLines } from './lines/union-lines.js'
import { batchesOf, columnsOf, type OtherRow, type OtherTable, otherTableOption } from './other-table.js'

const fields = {
  /** The rows that follow: rows in code, or another source, `{ use, ...options }`. They are streamed. */
  right: otherTableOption,
}

/**
 * Appends the rows of another table. They keep their columns and their values; their ids are the name of the step with
 * the ids of their source.
 */
export class UnionRowsOperator extends GlobalOperator {
  readonly #right: OtherTable

  constructor({ right }: { readonly right: OtherTable }) {
    super()
    this.#right = right
  }

  override get columns(): ColumnEffects {
    return { opaque: true }
  }

  override async runOnLines(request: LineRequest): Promise<TableCounts | undefined> {
    return this.#right instanceof RowSource ? unionLines(this.#right, request) : undefined
  }

  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    yield* all
    for await (const { ids, rows, rejects = [] } of batchesOf(this.#right, context.signal)) {
      for (const { id, row, error } of rejects) context.reject(`${context.step}:${id}`, row as Row, error)
      yield { ids: ids.map((id) => `${context.step}:${id}`), rows }
    }
  }
}

/** Columns that both tables have keep their type if it is the same in both. Others may be missing. */
function unionColumns({ right }: OutputOf<typeof fields>, before: ColumnSet): ColumnEffects {
  const other = columnsOf(right)
  if (before.open || other.open) return { opaque: true }
  const names = new Set([...columnNames(before.columns), ...columnNames(other.columns)])
  const typeOf = (name: string): ColumnType => {
    const [one = 'unknown', another = one] = [before, other].flatMap((columns) =>
      Object.hasOwn(columns.columns, name) ? [columnTypeIn(name, columns)] : [],
    )
    return one === another ? one : 'unknown'
  }
  return { reads: [], adds: rowFromEntries([...names].map((name) => [name, typeOf(name)] as const)) }
}

/** A row of either table. */
export interface UnionRow extends RowFunction {
  readonly row: this['before'] | OtherRow<this['options']>
}

/**
 * `table.union`: appends the rows of another table. Rows need not have the same columns. `table.dedupe` afterwards
 * removes the rows that both tables hold.
 *
 * @example .step('table.union', { right: [{ id: 4, city: 'Tromsø', stars: 5 }] })
 */
export const union = defineOperator({
  name: 'table.union',
  kind: 'opaque',
  description: 'Appends the rows of another table',
  options: fields,
  columns: unionColumns,
  row: rowFunction<UnionRow>(),
  create: ({ right }) => new UnionRowsOperator({ right }),
})
