import { createReadStream } from 'node:fs'
import { decodeStepLine, type Row } from '@maestro-dataflow/core'

/** The rows that were held back, in batches. They can be read more than once. */
export async function* readSpool(path: string, batchRows: number): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = []
  // Only a line feed ends a line of a step file: text may contain other line ends.
  for await (const line of linesOf(path)) {
    rows.push(decodeStepLine(line).row)
    if (rows.length < batchRows) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
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
