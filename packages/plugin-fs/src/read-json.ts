import { isUtf8 } from 'node:buffer'
import { maestroError, parseJsonRow, type SourceBatch } from '@maestro-dataflow/core'
import { JsonValues } from './json-values.js'
import { longLine, maxRecordBytes } from './line-stretches.js'
import { isRow } from './read-jsonl.js'
import { RecordBatch, shownBytes, wrongText } from './record-batch.js'

/**
 * A JSON file as rows: the objects of its top-level list, one by one, or the object at its top level. An item that is
 * broken, is not an object, is not valid text, or is too long is rejected with its line number. Ids count the items from 1.
 *
 * @param most The maximum number of bytes of an item.
 * @throws MAESTRO_STORAGE_READ when the list does not end (the file is cut off, or a bracket is missing), and when the file
 *   is empty
 */
export async function* readJson(
  bytes: AsyncIterable<Buffer>,
  name: string,
  most = maxRecordBytes,
): AsyncGenerator<SourceBatch> {
  const values = new JsonValues(most)
  let ordinal = 0
  const toBatch = (found: ReturnType<JsonValues['push']>): SourceBatch => {
    const batch = new RecordBatch()
    for (const { bytes: item, length, line } of found) {
      ordinal++
      batch.grow(length)
      const id = `${name}:${ordinal}`
      const place = `${id} (line ${line})`
      if (length > most) batch.reject(id, shownBytes(item), longLine, place)
      else addItem(batch, id, item, place)
    }
    return batch.take()
  }
  for await (const chunk of bytes) {
    yield toBatch(values.push(chunk))
  }
  if (!values.complete || values.empty) {
    const reason = values.empty
      ? 'it is empty; JSON without rows is []'
      : `it ends in line ${values.line} before its last bracket is closed`
    throw maestroError('MAESTRO_STORAGE_READ', { location: name, reason })
  }
  yield toBatch(values.end())
}

function addItem(batch: RecordBatch, id: string, item: Buffer, place: string): void {
  if (!isUtf8(item)) {
    batch.reject(id, shownBytes(item), wrongText, place)
    return
  }
  const text = item.toString('utf8')
  try {
    const row = parseJsonRow(text)
    if (isRow(row)) batch.add(id, row)
    else batch.reject(id, text, 'a row is an object of columns', place)
  } catch (error) {
    batch.reject(id, text, (error as Error).message, place, error)
  }
}
