import type { Readable } from 'node:stream'
import { maestroError, type Row, type SourceBatch, type SourceReject } from '@maestro-dataflow/core'
import { parse } from 'csv-parse'
import { fsError } from './errors.js'

const batchRows = 1000

/**
 * CSV or TSV as rows of text: "00123", "NA" and "1e5" stay as they are. Missing cells at the end of a record are
 * missing columns; a record with too many cells is a reject.
 *
 * @throws MAESTRO_FS_HEADER
 */
export async function* readDelimited(bytes: Readable, name: string, delimiter: string): AsyncGenerator<SourceBatch> {
  const parser = parse({ bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true })
  bytes.on('error', (error) => parser.destroy(error))
  let header: readonly string[] | undefined
  let before = 0
  let batch = new DelimitedBatch()
  for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<{
    record: string[]
    info: { lines: number; bytes: number }
  }>) {
    const line = before + 1
    before = info.lines
    if (header === undefined) {
      header = checkHeader(record, name)
      continue
    }
    const id = `${name}:${line}`
    if (record.length > header.length) {
      const reason = `the record has ${record.length} cells and the header ${header.length}`
      batch.rejects.push({
        id,
        row: record.slice(0, 50),
        error: maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason }),
      })
    } else {
      batch.ids.push(id)
      batch.rows.push(toRow(header, record))
    }
    if (batch.ids.length + batch.rejects.length < batchRows) continue
    yield batch.take()
    batch = new DelimitedBatch()
  }
  yield batch.take()
}

class DelimitedBatch {
  readonly ids: string[] = []
  readonly rows: Row[] = []
  readonly rejects: SourceReject[] = []

  take(): SourceBatch {
    const { ids, rows, rejects } = this
    return { ids, rows, ...(rejects.length === 0 ? {} : { rejects }) }
  }
}

function checkHeader(names: readonly string[], path: string): readonly string[] {
  const twice = names.find((column, index) => names.indexOf(column) !== index)
  if (twice !== undefined) throw fsError('MAESTRO_FS_HEADER', { path, reason: `two columns are called "${twice}"` })
  return names
}

function toRow(header: readonly string[], record: readonly string[]): Row {
  // From entries, so that a column called __proto__ is a column like any other.
  return Object.fromEntries(record.map((cell, index) => [header[index] ?? '', cell]))
}
