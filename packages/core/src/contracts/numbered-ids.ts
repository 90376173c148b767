import type { RowId } from './row.js'

/** Ids that are one text with consecutive numbers, such as those of the lines of a file. */
export interface IdNumbers {
  readonly prefix: string
  /** The number of the first id. */
  readonly first: number
}

const known = new WeakMap<readonly RowId[], IdNumbers>()
const largest = 1e15

/**
 * Makes the ids of rows that a source counts: a text, and consecutive numbers. The runner need not look at each of them to
 * see that none comes twice, because this function has made them and the list cannot be changed.
 *
 * @param first The number of the first row, a whole number from 0.
 * @param count The number of ids.
 */
export function numberedIds(prefix: string, first: number, count: number): readonly RowId[] {
  const ids: RowId[] = []
  for (let number = first; number < first + count; number++) ids.push(`${prefix}${number}`)
  // The number at the end of an id begins before these if the text ends in a digit, too.
  const isOwn = Number.isInteger(first) && first >= 0 && first + count <= largest && !/\d$/.test(prefix)
  if (isOwn) known.set(Object.freeze(ids), { prefix, first })
  return ids
}

/** What is known of ids that `numberedIds` has made; undefined of others. */
export function numbersOf(ids: readonly RowId[]): IdNumbers | undefined {
  return known.get(ids)
}
