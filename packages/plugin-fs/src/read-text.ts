import { isUtf8 } from 'node:buffer'
import type { SourceBatch } from '@maestro-dataflow/core'
import { LongLine, lineStretches, longLine, maxRecordBytes } from './line-stretches.js'
import { RecordBatch, shownBytes, wrongText } from './record-batch.js'

/** A text file as one row: `path` and the unchanged `text`, including front matter. The row's id is the file's name. */
export async function* readText(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<SourceBatch> {
  const chunks: Buffer[] = []
  const batch = new RecordBatch()
  let length = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    length += chunk.length
    if (length <= maxRecordBytes) continue
    batch.reject(name, shownBytes(chunks[0] ?? chunk), longLine)
    yield batch.take()
    return
  }
  const whole = Buffer.concat(chunks)
  batch.grow(length)
  if (isUtf8(whole)) batch.add(name, { path: name, text: whole.toString('utf8') })
  else {
    const lines = whole.toString('latin1').split('\n')
    const wrong = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')))
    batch.reject(name, shownBytes(whole), `line ${wrong + 1}: ${wrongText}`)
  }
  yield batch.take()
}

/**
 * A text file with one row per line: `path`, `line` from 1, and `text` without its line end. Blank lines are rows too.
 */
export async function* readTextLines(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<SourceBatch> {
  let line = 0
  for await (const stretch of lineStretches(bytes)) {
    const batch = new RecordBatch()
    if (stretch instanceof LongLine) {
      batch.reject(`${name}:${++line}`, shownBytes(stretch.start), longLine)
      yield batch.take()
      continue
    }
    const valid = isUtf8(stretch)
    batch.grow(stretch.length)
    for (const found of stretch.toString(valid ? 'utf8' : 'latin1').split('\n')) {
      line++
      const id = `${name}:${line}`
      const text = found.endsWith('\r') ? found.slice(0, -1) : found
      const exact = valid ? undefined : Buffer.from(text, 'latin1')
      if (exact === undefined) batch.add(id, { path: name, line, text })
      else if (isUtf8(exact)) batch.add(id, { path: name, line, text: exact.toString('utf8') })
      else batch.reject(id, text, wrongText)
    }
    yield batch.take()
  }
}
