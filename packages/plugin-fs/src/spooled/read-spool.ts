import { createReadStream } from 'node:fs'
import { type Batch, decodeStepLine, type Row, type RowId } from '@maestro-dataflow/core'

/** The rows that were held back, in batches. They can be read more than once. */
export async function* readSpool(path: string, batchRows: number): AsyncGenerator<readonly Row[]> {
  for await (const { rows } of readSpoolBatches(path, batchRows)) yield rows
}

/** The rows that were held back with their ids, in batches. */
export async function* readSpoolBatches(path: string, batchRows: number): AsyncGenerator<Batch> {
  let ids: RowId[] = []
  let rows: Row[] = []
  // Only a line feed ends a line of a step file: text may contain other line ends.
  for await (const line of linesOf(path)) {
    const { id, row } = decodeStepLine(line)
    ids.push(id)
    rows.push(row)
    if (rows.length < batchRows) continue
    yield { ids, rows }
    ids = []
    rows = []
  }
  if (rows.length > 0) yield { ids, rows }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: 1 << 20,
  }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
