import type { Row } from '@maestro-dataflow/core'
import type { DatabaseSession, Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { RowBuilder } from '../source/row-builder.js'
import { quoteNames, quoteTable, shownTable, type TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'
import type { Binding } from '../values/encode.js'

/** A table whose rows have a key. */
export interface KeyedTable {
  readonly name: TableName
  readonly table: TableDescription
  readonly key: readonly string[]
}

/** The rows that one statement reads or removes. */
const together = 500

/**
 * Removes rows of a table, in the current transaction.
 *
 * @param columns The columns that `isGone` needs.
 * @throws MAESTRO_DB_COLUMN_MISSING
 */
export async function removeRows(
  session: DatabaseSession,
  target: KeyedTable,
  columns: readonly string[],
  isGone: (row: Row) => boolean,
): Promise<void> {
  const known = new Map(target.table.columns.map((column) => [column.name, column]))
  const missing = columns.filter((column) => !known.has(column))
  if (missing.length > 0)
    throw dbError('MAESTRO_DB_COLUMN_MISSING', {
      table: shownTable(target.name),
      columns: missing,
      known: [...known.keys()],
    })
  const keys = await keysOfGone(session, target, columns, isGone)
  for (let start = 0; start < keys.length; start += together)
    await removeKeys(session, target, keys.slice(start, start + together))
}

/** The keys of the rows that are gone, in the form in which the database accepts them without loss. */
async function keysOfGone(
  session: DatabaseSession,
  { name, table, key }: KeyedTable,
  columns: readonly string[],
  isGone: (row: Row) => boolean,
): Promise<readonly (readonly Binding[])[]> {
  const { dialect } = session
  const kinds = new Map(table.columns.map((column) => [column.name, column]))
  const exact = key.map((column, at) => {
    const value = dialect.keyset.exact(dialect.quoteName(column), kinds.get(column) as Field)
    return `${value} AS ${dialect.quoteName(`maestro_key_${at}`)}`
  })
  const list = [quoteNames(dialect, columns), ...exact].join(', ')
  const stream = await session.stream(`SELECT ${list} FROM ${quoteTable(dialect, name)}`, [])
  try {
    const shape = { dialect, name: shownTable(name), key: undefined, types: undefined, kinds }
    const builder = new RowBuilder(shape, stream.fields.slice(0, columns.length))
    const gone: (readonly Binding[])[] = []
    for (;;) {
      const found = await stream.next(together)
      if (found.length === 0) return gone
      for (const values of found) {
        // A row that cannot be read is not known to be gone.
        const [row] = builder.batch([values.slice(0, columns.length)]).rows
        if (row !== undefined && isGone(row)) gone.push(values.slice(columns.length) as readonly Binding[])
      }
    }
  } finally {
    await stream.close()
  }
}

async function removeKeys(
  session: DatabaseSession,
  { name, table, key }: KeyedTable,
  keys: readonly (readonly Binding[])[],
): Promise<void> {
  const { dialect } = session
  const fields = key.map((column) => table.columns.find((one) => one.name === column) as Field)
  const bindings: Binding[] = []
  const isRow = (values: readonly Binding[]) =>
    fields
      .map((field, at) => {
        const value = values[at] as Binding
        bindings.push(value)
        const place = dialect.keyset.bound(dialect.placeholder(bindings.length), value, field)
        return `${dialect.quoteName(field.name)} = ${place}`
      })
      .join(' AND ')
  const where = keys.map((values) => `(${isRow(values)})`).join(' OR ')
  await session.run(`DELETE FROM ${quoteTable(dialect, name)} WHERE ${where}`, bindings)
}
