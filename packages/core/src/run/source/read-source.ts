import { Readable } from 'node:stream'
import type { InlineRowsSource } from '../../contracts/pipeline-source.js'
import type { Batch, Row } from '../../contracts/row.js'
import type { RowStorage } from '../../contracts/row-storage.js'
import type { SourceBatch, SourceReader } from '../../contracts/source.js'
import { maestroError } from '../../errors/error-table.js'
import { untilStopped } from '../stream/until-stopped.js'
import { RowIds } from './row-ids.js'

const inlineBatch = 1024

/** Opens rows given in code like any other source. */
export function openInlineSource(source: InlineRowsSource, signal: AbortSignal): SourceReader {
  const { rows } = source
  if (isStorage(rows)) return { read: () => readStorage(rows) }
  const given = typeof rows === 'function' ? rows() : rows
  const rowCount = Array.isArray(given) ? { rowCount: given.length } : {}
  return { read: () => readRows(given, source.key, signal), ...rowCount }
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
