import { Readable } from 'node:stream'
import type { InlineRowsSource } from '../contracts/pipeline-source.js'
import type { Batch, Row, RowId } from '../contracts/row.js'
import type { RowStorage, SourceBatch, SourceReader, SourceReject } from '../contracts/storage.js'
import { maestroError } from '../errors/error-table.js'
import { describeValue } from './step-result.js'

const inlineBatch = 1024

/** Opens rows given in code like any other source. */
export function openInlineSource(source: InlineRowsSource): SourceReader {
  const { rows } = source
  if (isStorage(rows)) return { read: () => readStorage(rows) }
  const given = typeof rows === 'function' ? rows() : rows
  const rowCount = Array.isArray(given) ? { rowCount: given.length } : {}
  return { read: () => readRows(given, source.key), ...rowCount }
}

function isStorage(rows: InlineRowsSource['rows']): rows is RowStorage {
  return typeof rows === 'object' && 'read' in rows && 'operatorStep' in rows
}

async function* readStorage(storage: RowStorage): AsyncGenerator<SourceBatch> {
  yield* storage.read()
}

/** Generators and streams whose rows were asked for. */
const spent = new WeakSet<object>()

/**
 * A generator or stream that was read, even in part, gives no rows again: that must not pass for an empty input.
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
): AsyncGenerator<SourceBatch> {
  assertUnread(rows)
  const ids = new RowIds(key)
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) yield ids.batch([row])
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

/** Gives rows in code their ids: the key column's value, else `rows:<position from 1>`. */
class RowIds {
  readonly #key: string | undefined
  readonly #seen = new Set<string>()
  #position = 0

  constructor(key: string | undefined) {
    this.#key = key
  }

  batch(rows: readonly unknown[]): SourceBatch {
    const ids: RowId[] = []
    const good: Row[] = []
    const rejects: SourceReject[] = []
    for (const row of rows) {
      this.#position++
      const position = `rows:${this.#position}`
      if (typeof row !== 'object' || row === null || Array.isArray(row)) {
        const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', {
          location: position,
          reason: `a row is an object of columns, not ${describeValue(row)}`,
        })
        rejects.push({ id: position, row, error })
        continue
      }
      const value = this.#key === undefined ? undefined : (row as Row)[this.#key]
      if (this.#key !== undefined && (value === undefined || value === null)) {
        const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', {
          location: position,
          reason: `the key column "${this.#key}" has no value`,
        })
        rejects.push({ id: position, row, error })
        continue
      }
      const id = this.#key === undefined ? position : String(value)
      if (this.#key !== undefined) {
        if (this.#seen.has(id)) {
          rejects.push({
            id: position,
            row,
            error: maestroError('MAESTRO_RUN_DUPLICATE_ID', { column: this.#key, value: id }),
          })
          continue
        }
        this.#seen.add(id)
      }
      ids.push(id)
      good.push(row as Row)
    }
    return { ids, rows: good, ...(rejects.length === 0 ? {} : { rejects }) }
  }
}

/** The first rows of a source; rejects before the bound come along. */
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
    yield { ...batch, ids: batch.ids.slice(0, left), rows: batch.rows.slice(0, left) }
    return
  }
}

/** A guess of what rows hold in memory, where the source does not say: bounds what is in flight. */
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
