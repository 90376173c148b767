import { Readable } from 'node:stream'
import type { InlineRowsSource } from '../../contracts/pipeline-source.js'
import type { Batch, Row } from '../../contracts/row.js'
import type { RowStorage } from '../../contracts/row-storage.js'
import type { SourceBatch, SourceReader } from '../../contracts/source.js'
import { maestroError } from '../../errors/error-table.js'
import { untilStopped } from '../stream/until-stopped.js'
import { RowIds } from './row-ids.js'
import { StoredRows, type StoredRowsOptions } from './stored-rows.js'

const inlineBatch = 1024

/** An open source. */
export interface OpenedSource extends SourceReader {
  /** Set if the rows of a generator or stream are stored before the steps see them. */
  readonly stored?: StoredRows
}

/**
 * Opens rows given in code like any other source.
 *
 * @param store Where the rows are stored that come from something else than an array. @default nowhere
 */
export function openInlineSource(
  source: InlineRowsSource,
  signal: AbortSignal,
  store?: Omit<StoredRowsOptions, 'rows' | 'signal'>,
): OpenedSource {
  const { rows, key } = source
  if (isStorage(rows)) return { read: () => readStorage(rows) }
  const given = typeof rows === 'function' ? rows() : rows
  if (Array.isArray(given)) return { read: () => readRows(given, key, signal), rowCount: given.length }
  if (store === undefined) return { read: () => readRows(given, key, signal) }
  const stored = new StoredRows({ ...store, rows: unread(given), signal })
  return { stored, read: () => readStored(stored, key) }
}

async function* readStored(stored: StoredRows, key: string | undefined): AsyncGenerator<SourceBatch> {
  const ids = new RowIds(key)
  for await (const rows of stored.read()) yield ids.batch(rows)
}

/** The same rows, which fail if they were read before. */
function unread(rows: Iterable<unknown> | AsyncIterable<unknown>): Iterable<unknown> | AsyncIterable<unknown> {
  if (Symbol.asyncIterator in rows)
    return {
      [Symbol.asyncIterator]() {
        assertUnread(rows)
        return rows[Symbol.asyncIterator]()
      },
    }
  return {
    [Symbol.iterator]() {
      assertUnread(rows)
      return rows[Symbol.iterator]()
    },
  }
}

function isStorage(rows: InlineRowsSource['rows']): rows is RowStorage {
  return typeof rows === 'object' && 'read' in rows && 'operatorStep' in rows
}

async function* readStorage(storage: RowStorage): AsyncGenerator<SourceBatch> {
  yield* storage.read()
}

/** Generators and streams that were read. */
const spent = new WeakSet<object>()

/**
 * A generator or stream that was read, even in part, yields its rows only once. A second read must not pass for an
 * empty input.
 *
 * @throws MAESTRO_RUN_ROWS_SPENT
 */
function assertUnread(rows: object): void {
  if (spent.has(rows)) throw maestroError('MAESTRO_RUN_ROWS_SPENT', {})
  if ('next' in rows || rows instanceof Readable || rows instanceof ReadableStream) spent.add(rows)
}

async function* readRows(
  rows: Iterable<Row> | AsyncIterable<Row>,
  key: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch> {
  assertUnread(rows)
  const ids = new RowIds(key)
  if (Symbol.asyncIterator in rows) {
    for await (const row of untilStopped(rows, signal)) yield ids.batch([row])
    return
  }
  let gathered: Row[] = []
  for (const row of rows) {
    gathered.push(row)
    if (gathered.length < inlineBatch) continue
    yield ids.batch(gathered)
    gathered = []
  }
  if (gathered.length > 0) yield ids.batch(gathered)
}

/** The first rows of a source, together with the rejected records before the limit. */
export async function* limitRows(
  batches: AsyncIterable<SourceBatch>,
  limit: number | undefined,
): AsyncGenerator<SourceBatch> {
  if (limit === 0) return
  let left = limit ?? Number.POSITIVE_INFINITY
  for await (const batch of batches) {
    if (batch.rows.length < left) {
      left -= batch.rows.length
      yield batch
      continue
    }
    const rejects = batch.rejects?.filter(({ after = 0 }) => after < left)
    const rows = { ids: batch.ids.slice(0, left), rows: batch.rows.slice(0, left) }
    yield { ...batch, ...rows, ...(rejects === undefined ? {} : { rejects }) }
    return
  }
}

/** An estimate of the memory that rows take, for sources that do not state it. It limits the bytes in flight. */
export function estimateBytes(batch: Batch): number {
  const [first] = batch.rows
  if (first === undefined) return 0
  let bytes = 0
  for (const row of batch.rows) for (const column in row) bytes += valueBytes(row[column])
  return bytes
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length
  if (ArrayBuffer.isView(value)) return 16 + value.byteLength
  return typeof value === 'object' && value !== null ? 200 : 16
}
