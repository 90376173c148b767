import type { TableName } from '../tables/names.js'
import type { Binding, Encode } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'
import type { EncodedRow, RowRun } from './row-run.js'

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
  /** How values for a column come to it. */
  encoderOf(column: ColumnKind): Encode
  /** The values of a row as one line, for a database that takes rows so: in `insertAll` they come as lines. */
  readonly lineOf: ((values: readonly Binding[]) => string) | undefined
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

/** Thrown when the database took fewer rows than it was given: a trigger skipped some. */
export class SkippedRows extends Error {
  constructor() {
    super('a trigger of the table skipped it')
  }
}

/** @throws SkippedRows when the database says that it wrote fewer rows than it was given. */
export function assertWritten(written: number | null | undefined, given: number): void {
  if (typeof written === 'number' && written < given) throw new SkippedRows()
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
