import type { Row, RowId } from '../../contracts/row.js'
import type { SourceBatch } from '../../contracts/source.js'
import { SiftedBatch } from '../../define/sifted-batch.js'
import { maestroError } from '../../errors/error-table.js'
import { hashOfContent, hashOfId, hashOfKey } from './row-hashes.js'
import { type RowTable, rowFlags } from './row-table.js'

const { known, present, processed, failed } = rowFlags

/** What a run has found in its input, by comparing it with the last finished run. */
export interface FoundRows {
  added: number
  changed: number
  unchanged: number
  failed: number
  retried: number
  gone: number
  /** Records that could not be read as rows. */
  unread: number
  /** The ids of rows whose key an earlier row has. */
  repeated: RowId[]
}

export interface RowIdentity {
  readonly key: readonly string[]
  readonly compare: readonly string[] | undefined
}

/** The unchanged rows that a run processes. */
export interface WhichRows {
  readonly all: boolean
  /** Those that the last finished run rejected. */
  readonly failed: boolean
}

/**
 * Compares all rows of an input with those of the last finished run, and marks them in the table.
 *
 * @param which Whether to process unchanged rows too, or those that were rejected.
 */
export async function compareRows(
  input: AsyncIterable<SourceBatch>,
  table: RowTable,
  { key, compare }: RowIdentity,
  which: WhichRows,
): Promise<FoundRows> {
  const found: FoundRows = {
    added: 0,
    changed: 0,
    unchanged: 0,
    failed: 0,
    retried: 0,
    gone: 0,
    unread: 0,
    repeated: [],
  }
  for await (const { ids, rows, rejects } of input) {
    found.unread += rejects?.length ?? 0
    for (const [index, row] of rows.entries()) {
      const hash = hashOfKey(row, key)
      if (hash === undefined) {
        found.unread++
        continue
      }
      const id = ids[index] as RowId
      const at = table.find(hash)
      if (at !== -1 && (table.flagsAt(at) & present) !== 0) found.repeated.push(id)
      else markRow(table, at === -1 ? table.add(hash) : at, row, id, compare, which, found)
    }
  }
  for (const at of table.places()) if ((table.flagsAt(at) & (known | present)) === known) found.gone++
  return found
}

function markRow(
  table: RowTable,
  at: number,
  row: Row,
  id: RowId,
  compare: readonly string[] | undefined,
  which: WhichRows,
  found: FoundRows,
): void {
  const content = hashOfContent(row, compare)
  const flags = table.flagsAt(at)
  const isKnown = (flags & known) !== 0
  if (isKnown && !which.all && table.hasContent(at, content)) {
    const hasFailed = (flags & failed) !== 0
    if (!hasFailed) found.unchanged++
    else if (which.failed) found.retried++
    else found.failed++
    if (!hasFailed || !which.failed) {
      table.setFlags(at, flags | present)
      return
    }
  } else if (isKnown) found.changed++
  else found.added++
  table.setContent(at, content)
  table.setId(at, hashOfId(id))
  table.setFlags(at, flags | present | processed)
}

/**
 * The rows of an input that the run processes. Whether it processes a row was decided by `compareRows`: a row that came or
 * changed since then is left to the next run, so that every reading of the input gives rows of the same keys.
 */
export async function* rowsToProcess(
  input: AsyncIterable<SourceBatch>,
  table: RowTable,
  { key, compare }: RowIdentity,
  repeated: ReadonlySet<RowId>,
): AsyncGenerator<SourceBatch> {
  for await (const batch of input) {
    const sifted = new SiftedBatch(batch)
    for (const [index, row] of batch.rows.entries()) {
      const id = batch.ids[index] as RowId
      const hash = hashOfKey(row, key)
      if (hash === undefined || repeated.has(id)) {
        const reason = hash === undefined ? 'has no value' : 'has a value that an earlier row has'
        sifted.reject(id, row, maestroError('MAESTRO_INCREMENTAL_ROW', { row: id, key, reason }))
        continue
      }
      const at = table.find(hash)
      if (at === -1 || (table.flagsAt(at) & processed) === 0) {
        sifted.skip()
        continue
      }
      table.setContent(at, hashOfContent(row, compare))
      sifted.keep(id, row)
    }
    const left = sifted.take()
    if (left.rows.length > 0 || (left.rejects?.length ?? 0) > 0 || left.cursor !== undefined) yield left
  }
}
