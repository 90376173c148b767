import type { TableName } from '../tables/names.js'
import type { EncodedRow, RowRun } from './row-shapes.js'

/** Where rows go, and how. */
export interface InsertTarget {
  readonly name: TableName
  /** The key by which rows that are there are changed; undefined to add rows only. */
  readonly upsertBy: readonly string[] | undefined
  /** Whether the table has other unique indexes than that of the key. */
  readonly otherUniques: boolean
}

/** A row that the database does not take, with its words. */
export interface RefusedRow {
  readonly row: EncodedRow
  readonly reason: string
}

/** Writes rows of the same columns, within the transaction of a session. */
export interface RowInserter {
  /** Whether it writes by COPY: values come as COPY has them, and in `insertAll` as lines. */
  readonly copies: boolean
  /**
   * Writes rows of which none is expected to be refused, the fastest way.
   *
   * @param sent Called when the rows are on their way: the server works from then on, and need not wait for this thread.
   * @throws what the driver throws; some may be in then
   */
  insertAll(run: RowRun, sent: () => void): Promise<void>
  /** Whether a failure is about the rows, so that others may go in. */
  aboutRows(error: unknown): boolean
  /** @returns the rows that the database refused, when there are some; the others are in */
  insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]>
}

/** How rows are tried that may hold some that are refused. */
interface Attempt {
  /** Writes the rows, all or none. @throws what the driver throws */
  write(rows: readonly EncodedRow[]): Promise<void>
  /** Which row the database names in its error, from 0. */
  rowIn(error: unknown): number | undefined
  /** What it says. */
  reason(error: unknown): string
  /** Whether the failure is about the rows, so that others may go in. */
  aboutRows(error: unknown): boolean
}

/**
 * Writes rows that may hold some that the database refuses: the rows before the one that it names go in without it, and
 * those after it; where it names none, halves are tried until the bad rows stand alone.
 */
export async function insertAround(attempt: Attempt, rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
  const refused: RefusedRow[] = []
  const waiting: (readonly EncodedRow[])[] = [rows]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.length === 0) continue
    try {
      await attempt.write(next)
    } catch (error) {
      if (!attempt.aboutRows(error)) throw error
      const [only] = next
      const at = next.length === 1 ? 0 : attempt.rowIn(error)
      const bad = at === undefined ? undefined : next[at]
      if (only === undefined) continue
      // The last in is the first out: the order of the rows stays.
      if (bad === undefined) {
        const half = Math.ceil(next.length / 2)
        waiting.push(next.slice(half), next.slice(0, half))
      } else {
        refused.push({ row: bad, reason: attempt.reason(error) })
        const place = next.indexOf(bad)
        waiting.push(next.slice(place + 1), next.slice(0, place))
      }
    }
  }
  return refused
}
