import { crc32 } from 'node:zlib'
import type { Row, RowId } from '../../contracts/row.js'
import type { SourceBatch, SourceCursor } from '../../contracts/source.js'
import { encodeStepLine } from '../../provider/step-codec.js'

/**
 * How much of its input a stage has finished. A record is a row, or something that the source could not read as a row; a
 * record of the second kind is finished when the row after it is.
 */
export interface InputPosition {
  readonly rows: number
  readonly records: number
  /** A place at or before it from which the input can be read again; without one, it is read from its beginning. */
  readonly cursor?: PlacedCursor
  /** Identifies the content of the rows, for a source that does not identify its content. */
  readonly crc32?: number
}

interface PlacedCursor {
  readonly at: SourceCursor
  readonly rows: number
  readonly records: number
}

/** Follows the reading of an input, which is ahead of what the stage has finished. */
export class InputTracker {
  readonly #verifies: boolean
  /** The number of rows before each unreadable record that is ahead. */
  readonly #unread: number[] = []
  #unreadPassed: number
  readonly #cursors: PlacedCursor[] = []
  /** The checksum of all rows up to each row that is ahead. */
  #sums: number[] = []
  #sum: number
  #passed: number
  #isUnverifiable = false
  /** The number of rows that were read. */
  rows: number
  #records: number

  /** @param verifies Whether the content of the rows has to be identified. */
  constructor(verifies: boolean, from: InputPosition | undefined) {
    this.#verifies = verifies
    const { rows = 0, records = 0, cursor, crc32: sum = 0 } = from ?? {}
    this.rows = rows
    this.#records = records
    this.#passed = rows
    this.#unreadPassed = records - rows
    this.#sum = sum
    if (cursor !== undefined) this.#cursors.push(cursor)
  }

  read({ ids, rows, rejects = [], cursor }: SourceBatch): void {
    const unread = rejects.map(({ after = 0 }) => this.rows + after).sort((a, b) => a - b)
    for (const place of unread) this.#unread.push(place)
    this.rows += rows.length
    this.#records += rows.length + rejects.length
    if (cursor !== undefined) this.#cursors.push({ at: cursor, rows: this.rows, records: this.#records })
    if (this.#verifies && !this.#isUnverifiable) this.#addSums(ids, rows)
  }

  /** The position after a number of rows; undefined if their content cannot be identified. */
  at(rows: number): InputPosition | undefined {
    if (this.#isUnverifiable) return undefined
    this.#pass(rows)
    const records = rows + this.#unreadPassed
    while ((this.#cursors[1]?.records ?? Number.POSITIVE_INFINITY) <= records) this.#cursors.shift()
    const [cursor] = this.#cursors
    return {
      rows,
      records,
      ...(cursor !== undefined && cursor.records <= records ? { cursor } : {}),
      ...(this.#verifies ? { crc32: this.#sum } : {}),
    }
  }

  #pass(rows: number): void {
    let unread = 0
    while ((this.#unread[unread] ?? Number.POSITIVE_INFINITY) < rows) unread++
    this.#unread.splice(0, unread)
    this.#unreadPassed += unread
    if (!this.#verifies || rows === this.#passed) return
    this.#sum = this.#sums[rows - this.#passed - 1] as number
    this.#sums = this.#sums.slice(rows - this.#passed)
    this.#passed = rows
  }

  #addSums(ids: readonly RowId[], rows: readonly Row[]): void {
    try {
      for (const [index, row] of rows.entries())
        this.#sums.push(sumWith(this.#sums.at(-1) ?? this.#sum, ids[index] as RowId, row))
    } catch {
      // Nothing that JSON cannot hold can be compared later.
      this.#isUnverifiable = true
      this.#sums = []
    }
  }
}

const sumWith = (sum: number, id: RowId, row: Row): number => crc32(encodeStepLine(id, row), sum)

/** The rows of an input behind a position. @param start The number of records before the first batch. */
export async function* behind(
  batches: AsyncIterable<SourceBatch>,
  { records }: InputPosition,
  start: number,
): AsyncGenerator<SourceBatch> {
  let left = records - start
  for await (const batch of batches) {
    const { rows, rejects = [] } = batch
    const count = rows.length + rejects.length
    if (left === 0) yield batch
    else if (count <= left) left -= count
    else {
      yield without(batch, left)
      left = 0
    }
  }
}

/** A batch without its first records. */
function without(batch: SourceBatch, records: number): SourceBatch {
  const { ids, rows, rejects = [] } = batch
  const unread = [...rejects].sort((a, b) => (a.after ?? 0) - (b.after ?? 0))
  let skippedRows = 0
  let skippedUnread = 0
  while (skippedRows + skippedUnread < records) {
    if ((unread[skippedUnread]?.after ?? (skippedUnread < unread.length ? 0 : Number.POSITIVE_INFINITY)) <= skippedRows)
      skippedUnread++
    else skippedRows++
  }
  const left = unread.slice(skippedUnread).map((reject) => ({ ...reject, after: (reject.after ?? 0) - skippedRows }))
  const { rejects: _, ...others } = batch
  return {
    ...others,
    ids: ids.slice(skippedRows),
    rows: rows.slice(skippedRows),
    ...(left.length === 0 ? {} : { rejects: left }),
  }
}

/** Whether an input begins with the rows before a position. It reads only as far as it has to. */
export async function beginsAlike(batches: AsyncIterable<SourceBatch>, position: InputPosition): Promise<boolean> {
  const tracker = new InputTracker(true, undefined)
  for await (const batch of batches) {
    tracker.read(batch)
    if (tracker.rows >= position.rows) break
  }
  if (tracker.rows < position.rows) return false
  const found = tracker.at(position.rows)
  return found?.crc32 === position.crc32 && found?.records === position.records
}
