import { columnNames, rowFromEntries } from '../contracts/column-order.js'
import type { Batch, Row } from '../contracts/row.js'
import type { RowStorage, WriteResult } from '../contracts/row-storage.js'

type Change = (rows: AsyncIterable<Batch>) => AsyncIterable<Batch>

/** How the values of a group become one value. */
export type GroupFunction = 'count' | 'sum' | 'mean' | 'min' | 'max' | 'first' | 'last'

/**
 * Works on a storage's table with functions, as in the Python original. It collects changes, and `run()` writes them as
 * one new step. For large tables, use the `table.*` operators, because sorting and grouping here hold the rows in
 * memory.
 *
 * @example
 * await new DataProcessor(storage).filter((row) => row.stars > 3).selectColumns(['id', 'text']).run()
 */
export class DataProcessor {
  readonly #storage: RowStorage
  readonly #changes: readonly Change[]

  constructor(storage: RowStorage, changes: readonly Change[] = []) {
    this.#storage = storage
    this.#changes = changes
  }

  /** Changes each row. */
  process(change: (row: Row) => Row | Promise<Row>): DataProcessor {
    return this.#then(async function* (batches) {
      for await (const { ids, rows } of batches) yield { ids, rows: await Promise.all(rows.map(change)) }
    })
  }

  /** Keeps the rows for which the function returns true. */
  filter(keep: (row: Row) => boolean): DataProcessor {
    return this.#then(async function* (batches) {
      for await (const { ids, rows } of batches) {
        const kept = rows.flatMap((row, index) => (keep(row) ? [index] : []))
        yield pick({ ids, rows }, kept)
      }
    })
  }

  selectColumns(columns: readonly string[]): DataProcessor {
    return this.process((row) =>
      rowFromEntries(columns.filter((column) => Object.hasOwn(row, column)).map((column) => [column, row[column]])),
    )
  }

  renameColumns(names: Readonly<Record<string, string>>): DataProcessor {
    return this.process((row) =>
      rowFromEntries(
        columnNames(row).map((column) => [
          Object.hasOwn(names, column) ? (names[column] ?? column) : column,
          row[column],
        ]),
      ),
    )
  }

  /** Changes one column. */
  applyFunction(column: string, change: (value: unknown) => unknown, output = column): DataProcessor {
    return this.process((row) => ({ ...row, [output]: change(row[column]) }))
  }

  /** Sorts by a column. Equal rows keep their order; rows without a value come last. */
  sortValues(column: string, options: { readonly descending?: boolean } = {}): DataProcessor {
    const sign = options.descending === true ? -1 : 1
    return this.#then(async function* (batches) {
      const all = await gather(batches)
      const order = all.rows.map((_, index) => index)
      order.sort((a, b) => compareValues(all.rows[a]?.[column], all.rows[b]?.[column], sign))
      yield pick(all, order)
    })
  }

  /** Makes one row per group, in the order in which the groups first appear. */
  groupBy(columns: readonly string[], values: Readonly<Record<string, GroupFunction>>): DataProcessor {
    return this.#then(async function* (batches) {
      const { rows } = await gather(batches)
      const groups = Map.groupBy(rows, (row) => groupKey(columns.map((column) => row[column] ?? null)))
      const grouped = [...groups].map(([, members]): Row => {
        const key = columns.map((column): [string, unknown] => [column, members[0]?.[column]])
        const results = Object.entries(values).map(([column, name]): [string, unknown] => [
          column,
          foldGroup(
            name,
            members.map((row) => row[column]),
          ),
        ])
        return Object.fromEntries([...key, ...results])
      })
      yield { ids: [...groups.keys()].map((key) => `group:${key}`), rows: grouped }
    })
  }

  /** Runs the changes and writes the next step of this storage, or of another one to convert the format. */
  async run(target: RowStorage = this.#storage): Promise<WriteResult> {
    const source = this.#storage.step()
    let batches: AsyncIterable<Batch> = source.read()
    for (const change of this.#changes) batches = change(batches)
    return target.write(batches)
  }

  #then(change: Change): DataProcessor {
    return new DataProcessor(this.#storage, [...this.#changes, change])
  }
}

function pick(batch: Batch, indexes: readonly number[]): Batch {
  return { ids: indexes.map((index) => batch.ids[index] ?? ''), rows: indexes.map((index) => batch.rows[index] ?? {}) }
}

async function gather(batches: AsyncIterable<Batch>): Promise<Batch> {
  const ids: string[] = []
  const rows: Row[] = []
  for await (const batch of batches) {
    ids.push(...batch.ids)
    rows.push(...batch.rows)
  }
  return { ids, rows }
}

/** The values of a group as text, because JSON has no big integers. */
function groupKey(values: readonly unknown[]): string {
  return JSON.stringify(values, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value))
}

function compareValues(a: unknown, b: unknown, sign: 1 | -1): number {
  const missing = (value: unknown) => value === null || value === undefined || Number.isNaN(value)
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b))
  if (typeof a === 'string' && typeof b === 'string') return sign * (a < b ? -1 : a > b ? 1 : 0)
  return sign * (Number(a) - Number(b))
}

function foldGroup(name: GroupFunction, values: readonly unknown[]): unknown {
  const present = values.filter((value) => value !== null && value !== undefined)
  const numbers = present.map(Number)
  switch (name) {
    case 'count':
      return present.length
    case 'sum':
      return numbers.reduce((sum, value) => sum + value, 0)
    case 'mean':
      return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length
    case 'min':
      return present.toSorted((a, b) => compareValues(a, b, 1))[0] ?? null
    case 'max':
      return present.toSorted((a, b) => compareValues(a, b, -1))[0] ?? null
    case 'first':
      return values[0] ?? null
    case 'last':
      return values.at(-1) ?? null
  }
}
