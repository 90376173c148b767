import type { Row } from '../../contracts/row.js'
import { isDeeplyEqual } from './is-deeply-equal.js'
import { deepCopy } from './row-copy.js'

/** Finds an object that a part gives for several rows and changes in between, so that earlier rows change with it. */
export class GivenObjects {
  /** The rows, and the objects in their cells, each with its content when it was given. */
  readonly #given = new WeakMap<object, Row>()

  /** Takes a row. @returns what was given before with other content: the row itself or a column */
  add(row: Row): 'row' | { readonly column: string } | undefined {
    if (!this.#isNew(row, row)) return 'row'
    for (const column in row) {
      const cell = row[column]
      if (typeof cell === 'object' && cell !== null && !this.#isNew(cell, { cell })) return { column }
    }
    return undefined
  }

  #isNew(object: object, content: Row): boolean {
    const before = this.#given.get(object)
    if (before !== undefined) return isDeeplyEqual(before, content)
    this.#given.set(object, deepCopy(content))
    return true
  }
}

/** The rest of a sentence about what `add` has found. */
export function sharedObjectFault(shared: 'row' | { readonly column: string }, verb: 'returned' | 'gave'): string {
  const place = shared === 'row' ? '' : ` in the column "${shared.column}"`
  return `${verb} one object for two rows${place}, and changed it in between`
}
