import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type ColumnSet, encodeStepLine, RowSource, type TableFile } from '@maestro-dataflow/core'
import { RowsUnfit } from '../../../engine/connect.js'
import { batchesOf, type OtherTable } from '../other-table.js'

/** The lines of the other table. */
export interface RightLines {
  readonly files: readonly TableFile[]
  readonly columns: ColumnSet
}

/**
 * Calls a function with the other table as files of lines: those that its source reads, or else a step file.
 *
 * @throws RowsUnfit if a record of the source is not a row
 */
export async function withRightLines<Result>(
  table: OtherTable,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
  use: (lines: RightLines) => Promise<Result>,
): Promise<Result> {
  const written = async () => {
    const files = [{ path: await writeLines(table, join(directory, 'right.jsonl'), signal), format: 'step' as const }]
    return use({ files, columns: { columns: {}, open: true } })
  }
  if (!(table instanceof RowSource)) return written()
  return table.lend(signal, (lines) => {
    if (lines === undefined) return written()
    const files = lines.paths.map((path, index) => ({
      path,
      format: 'rows' as const,
      idPrefix: lines.idPrefixes[index] ?? '',
    }))
    return use({ files, columns: table.columns })
  })
}

async function writeLines(table: OtherTable, path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path, 'w')
  try {
    for await (const { ids, rows, rejects = [] } of batchesOf(table, signal)) {
      if (rejects.length > 0) throw new RowsUnfit()
      await file.write(rows.map((row, index) => `${encodeStepLine(ids[index] ?? '', row)}\n`).join(''))
    }
  } finally {
    await file.close()
  }
  return path
}
