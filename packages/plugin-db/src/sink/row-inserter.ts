import type { TableName } from '../tables/names.js'
import type { Binding, Encode } from '../values/encode.js'
import type { ColumnKind } from '../values/value-kind.js'
import type { EncodedRow, RowRun } from './row-run.js'

/** The destination of rows, and how to write them. */
export interface InsertTarget {
  readonly name: TableName
  /** The key by which existing rows are updated; undefined to only add rows. */
  readonly upsertBy: readonly string[] | undefined
  /** Whether the table has unique indexes besides that of the key. */
  readonly otherUniques: boolean
}

/** A row that the database refuses, with its message. */
export interface RefusedRow {
  readonly row: EncodedRow
  readonly reason: string
}

/** Writes rows with the same columns, within the transaction of a session. */
export interface RowInserter {
  /** Encodes values for a column. */
  encoderOf(column: ColumnKind): Encode
  /**
   * The values of the rows as lines, for a database that takes rows in this form: `insertAll` receives them as lines.
   */
  readonly lineOf: ((values: readonly Binding[]) => string) | undefined
  /**
   * Writes rows of which none is expected to be refused, in the fastest way.
   *
   * @param sent Called when the rows are on their way: the server works from then on and need not wait for this
   *   thread.
   * @throws the driver's errors; some rows may be written then
   */
  insertAll(run: RowRun, sent: () => void): Promise<void>
  /** Whether a failure concerns single rows, so that others may succeed. */
  aboutRows(error: unknown): boolean
  /** @returns the rows that the database refused, if any; the others are written */
  insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]>
}

/** Thrown when the database wrote fewer rows than it received, because a trigger skipped some. */
export class SkippedRows extends Error {
  constructor() {
    super('a trigger of the table skipped it')
  }
}

/** @throws SkippedRows when the database reports that it wrote fewer rows than it received */
export function assertWritten(written: number | null | undefined, given: number): void {
  if (typeof written === 'number' && written < given) throw new SkippedRows()
}

/** How to write rows some of which may be refused. */
interface Attempt {
  /** Writes all rows or none. @throws the driver's errors */
  write(rows: readonly EncodedRow[]): Promise<void>
  /** The row that the database names in its error, from 0. */
  rowIn(error: unknown): number | undefined
  /** The database's message. */
  reason(error: unknown): string
  /** Whether the failure concerns single rows, so that others may succeed. */
  aboutRows(error: unknown): boolean
}

/**
 * Writes rows some of which the database may refuse. The rows before and after the one that the error names are written
 * without it. If the error names none, the rows are halved until the faulty ones stand alone.
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
      // A stack: the last part is processed first, so that the order of the rows stays.
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
