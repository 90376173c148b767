import { columnNames, type Row, type RowId } from '@maestro-dataflow/core'

/**
 * The columns that files of partitions lack, for rows that a file may still refuse. The rows of a file nearly always share
 * their values, which are kept once: only values that differ and have one name as a folder, such as 5 and "5", are kept
 * for each row.
 */
export class LeftColumns {
  readonly #first = new Map<string, Row>()
  readonly #others = new Map<RowId, Row>()

  add(path: string, id: RowId, left: Row): void {
    const first = this.#first.get(path)
    if (first === undefined) this.#first.set(path, left)
    else if (!isSame(first, left)) this.#others.set(id, left)
  }

  of(path: string, id: RowId): Row {
    return this.#others.get(id) ?? this.#first.get(path) ?? {}
  }
}

function isSame(one: Row, other: Row): boolean {
  const names = columnNames(one)
  return (
    names.length === columnNames(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameValue(one[name], other[name]))
  )
}

function isSameValue(one: unknown, other: unknown): boolean {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : Object.is(one, other)
}
