import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import { Operator, type OperatorResult, type RejectedRow, type RunOptions } from '../contracts/operator.js'
import type { Batch, Row, RowId } from '../contracts/row.js'
import type { RowStorage } from '../contracts/row-storage.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'

/** All rows of a step. They can be read more than once, so that they need not all be in memory. */
export type AllRows = AsyncIterable<Batch>

/** What a global operator receives with its rows. */
export interface GlobalContext {
  readonly signal: AbortSignal
  /** The step and run, for messages and accounting. */
  readonly step: string
  readonly run: string
  /** Whether the source was read to its end. It is not with a limit. */
  readonly complete: boolean
  /** The rows that the source and earlier steps rejected; undefined if there were too many to list. */
  readonly rejectedBefore: readonly RejectedRow[] | undefined
  /** The name of what the pipeline reads: the pipeline with the path, table, or query of its source. */
  readonly origin: string
  /** Whether this is only a trial that must not change anything outside. */
  readonly preview: boolean
  /** Tells the user something about the run: what it did not do, and the way out. The report contains it. */
  warn(message: string): void
  /** Records a row that could not be processed. The row must not be among the returned rows. */
  reject(rowId: RowId, row: Row, error: MaestroError): void
  /** States for the ledger of the run why a row is not among the returned rows. */
  dropped(rowId: RowId, reason?: string): void
  /** States for the ledger of the run that a row became part of another row. */
  merged(rowId: RowId, into: RowId): void
  /**
   * States for the ledger of the run that a row became several rows.
   *
   * @returns the ids of these rows, which the operator must give them in this order
   */
  split(rowId: RowId, rows: number): readonly RowId[]
}

/**
 * An operator that must see all rows before it returns the first one: sort, cluster, join. Rows that stay keep their
 * ids; new ones get an id of their own.
 *
 * @example
 * class Reversed extends GlobalOperator {
 *   async *process(rows: AllRows) {
 *     const batches = await Array.fromAsync(rows)
 *     for (const { ids, rows } of batches.reverse()) yield { ids: ids.toReversed(), rows: rows.toReversed() }
 *   }
 * }
 */
export abstract class GlobalOperator extends Operator {
  /** Returns all rows, in batches. */
  abstract process(rows: AllRows, context: GlobalContext): AsyncIterable<Batch>

  /** @throws MAESTRO_RUN_ALL_FAILED if no row could be processed, and what `process` throws; nothing is written then */
  override async run(storage: RowStorage, options: RunOptions = {}): Promise<OperatorResult> {
    const { signal = new AbortController().signal, step = this.constructor.name, run = step } = options
    const { complete = true, preview = false, origin = '', tell, warn = () => undefined } = options
    const rejectedBefore = 'rejectedBefore' in options ? options.rejectedBefore : []
    const source = storage.step()
    const unread: RejectedRow[] = []
    const rejected: RejectedRow[] = []
    let rowsIn = 0
    let known = false
    const all: AllRows = {
      async *[Symbol.asyncIterator]() {
        const counts = !known
        known = true
        for await (const batch of source.read()) {
          signal.throwIfAborted()
          if (counts) {
            rowsIn += batch.rows.length
            unread.push(...(batch.rejects ?? []).map(({ id, row, error }) => ({ rowId: id, row, error })))
          }
          yield { ids: batch.ids, rows: batch.rows }
        }
      },
    }
    const reject = (rowId: RowId, row: Row, error: MaestroError) => rejected.push({ rowId, row, error })
    const fates: Pick<GlobalContext, 'reject' | 'dropped' | 'merged' | 'split'> = {
      reject,
      dropped: (rowId, reason) => tell?.({ kind: 'dropped', rowId, reason }),
      merged: (rowId, into) => tell?.({ kind: 'merged', rowId, into }),
      split(rowId, rows) {
        tell?.({ kind: 'split', rowId, rows })
        return Array.from({ length: rows }, (_, number) => `${rowId}/${step}/${number}`)
      },
    }
    const batches = this.process(all, { signal, step, run, complete, rejectedBefore, origin, preview, warn, ...fates })
    const written = await source.write(untilAllFailed(batches, step, () => ({ rowsIn, rejected })))
    return { ...written, rowsIn: rowsIn + unread.length, rejected: [...unread, ...rejected] }
  }
}
recogniseAcrossCopies(GlobalOperator, 'GlobalOperator')

/** The batches, followed by an error if every row was rejected, so that an empty step is not written as a result. */
async function* untilAllFailed(
  batches: AsyncIterable<Batch>,
  step: string,
  outcome: () => { readonly rowsIn: number; readonly rejected: readonly RejectedRow[] },
): AsyncIterable<Batch> {
  let isEmpty = true
  for await (const batch of batches) {
    isEmpty &&= batch.rows.length === 0
    yield batch
  }
  const { rowsIn, rejected } = outcome()
  const last = rejected.at(-1)?.error
  // The rejected rows of another table do not count if there are rows.
  if (last === undefined || rejected.length < rowsIn || !isEmpty) return
  const reason = `${last.message} ${last.hint ?? ''}`.trim()
  throw maestroError('MAESTRO_RUN_ALL_FAILED', { step, rows: rejected.length, reason }, last)
}
