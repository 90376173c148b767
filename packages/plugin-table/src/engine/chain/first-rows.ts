import { decodeStepLine, parseJsonRow, type Row, type RowId, type TableFile } from '@maestro-dataflow/core'
import { wholeLinesOf } from '../copy-lines.js'

/** A row with its id. */
export interface IdentifiedRow {
  readonly id: RowId
  readonly row: Row
}

const newline = 10

/** The rows of some lines of files. @param positions The positions of the lines, from 0 over all files. */
export async function rowsAt(
  files: readonly TableFile[],
  positions: readonly number[],
  signal: AbortSignal,
): Promise<readonly IdentifiedRow[]> {
  const found = new Map<number, IdentifiedRow>()
  const wanted = new Set(positions)
  let position = 0
  for (const file of files) {
    const first = position
    for await (const chunk of wholeLinesOf(file.path, signal)) {
      for (let start = 0; start < chunk.length && found.size < wanted.size; position++) {
        const at = chunk.indexOf(newline, start)
        const end = at === -1 ? chunk.length : at
        if (wanted.has(position))
          found.set(position, rowOf(chunk.toString('utf8', start, end), file, position - first + 1))
        start = end + 1
      }
      if (found.size === wanted.size) break
    }
  }
  return positions.flatMap((one) => found.get(one) ?? [])
}

function rowOf(line: string, { format, idPrefix = '' }: TableFile, number: number): IdentifiedRow {
  if (format === 'step') return decodeStepLine(line)
  return { id: `${idPrefix}${number}`, row: parseJsonRow(line) as Row }
}
