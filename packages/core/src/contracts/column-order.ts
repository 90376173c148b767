import type { Row } from './row.js'

/*
 * JavaScript enumerates the keys of an object in the order in which they were set, except that keys such as "2021" come
 * first. A row with such columns carries the order of its columns under a symbol, which `{ ...row }` also copies.
 */
export const columnOrder = Symbol.for('maestro.columnOrder')

/** Whether JavaScript would move one of these columns. */
export function needsColumnOrder(names: readonly string[]): boolean {
  return names.some(isIndexName)
}

/** Gives a row the order of these columns, whatever their names. It changes the row itself. */
export function withColumnOrder<R extends object>(row: R, names: readonly string[]): R {
  if (needsColumnOrder(names)) Object.defineProperty(row, columnOrder, { ...settings, value: names })
  return row
}

const settings = { enumerable: true, configurable: true, writable: true } as const

/** A row, or the columns of rows, in this order. If a name appears twice, the last value counts. */
export function rowFromEntries<Entry extends readonly [string, unknown]>(
  entries: readonly Entry[],
): Readonly<Record<string, Entry[1]>> {
  return withColumnOrder(
    Object.fromEntries(entries),
    entries.map(([name]) => name),
  )
}

/** The row with some columns replaced in their place; new columns follow. */
export function rowWith(row: Row, changed: readonly (readonly [string, unknown])[]): Row {
  const left = new Map(changed)
  const entries = columnNames(row).map((name): readonly [string, unknown] => {
    const value = left.has(name) ? left.get(name) : row[name]
    left.delete(name)
    return [name, value]
  })
  return rowFromEntries([...entries, ...left])
}

/** The row without other columns than these. A row that has no others is returned itself. */
export function onlyColumns(row: Row, names: ReadonlySet<string>): Row {
  for (const name in row) {
    if (names.has(name)) continue
    const kept = columnNames(row).filter((column) => names.has(column))
    return rowFromEntries(kept.map((column) => [column, row[column]]))
  }
  return row
}

/** The names of a row's columns, in order. */
export function columnNames(row: Row): readonly string[] {
  const names = Object.keys(row)
  const [first] = names
  if (first === undefined || !isIndexName(first)) return names
  const order: readonly string[] | undefined = (row as { readonly [columnOrder]?: readonly string[] })[columnOrder]
  if (order === undefined) return names
  const known = new Set(order)
  return [...order.filter((name) => Object.hasOwn(row, name)), ...names.filter((name) => !known.has(name))]
}

/** Whether a name is an array index, the largest of which is 2^32 - 2. */
export function isIndexName(name: string): boolean {
  const code = name.charCodeAt(0)
  return code >= 48 && code <= 57 && String(Number(name) >>> 0) === name && name !== '4294967295'
}
