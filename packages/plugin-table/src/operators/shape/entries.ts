import { columnNames, type Row } from '@maestro-dataflow/core'

type Entry = readonly [string, unknown]

/** The columns of a row in order, with some of them replaced in their place; new columns follow. */
export function entriesOf(row: Row, changed: readonly Entry[] = []): Entry[] {
  const left = new Map(changed)
  const entries = columnNames(row).map((name): Entry => {
    if (!left.has(name)) return [name, row[name]]
    const value = left.get(name)
    left.delete(name)
    return [name, value]
  })
  return [...entries, ...left]
}
