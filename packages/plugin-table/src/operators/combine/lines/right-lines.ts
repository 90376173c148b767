import { open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ColumnSet,
  encodeStepLine,
  type ParquetFiles,
  type Row,
  RowSource,
  type TableFile,
} from '@maestro-dataflow/core'
import { writeParquetLines } from '../../../engine/chain/parquet-lines.js'
import { type Database, RowsUnfit } from '../../../engine/connect.js'
import { batchesOf, type OtherTable } from '../other-table.js'

/** The lines of the other table. */
export interface RightLines {
  readonly files: readonly TableFile[]
  readonly columns: ColumnSet
}

/** What the lines of the other table need. */
export interface RightContext {
  readonly database: Database
  readonly directory: string
  readonly signal: AbortSignal
  /** What the ids of the rows begin with. @default nothing */
  readonly idPrefix?: string
}

/**
 * Calls a function with the other table as files of lines: those that its source reads, or else a step file. The database
 * itself makes it from Parquet files.
 *
 * @throws RowsUnfit if a record of the source is not a row
 */
export async function withRightLines<Result>(
  table: OtherTable,
  { database, directory, signal, idPrefix = '' }: RightContext,
  use: (lines: RightLines) => Promise<Result>,
): Promise<Result> {
  const path = join(directory, 'right.jsonl')
  const files = [{ path, format: 'step' as const }]
  const written = async () => {
    await writeLines(table, path, idPrefix, signal)
    return use({ files, columns: { columns: {}, open: true } })
  }
  if (!(table instanceof RowSource)) return written()
  return table.lend(signal, async ({ jsonLines, parquet }) => {
    const prefixed = (given: readonly string[]) => given.map((prefix) => idPrefix + prefix)
    const named = parquet && { ...parquet, idPrefixes: prefixed(parquet.idPrefixes) }
    if (named !== undefined && (await isConverted(database, named, path, signal)))
      return use({ files, columns: table.columns })
    if (jsonLines === undefined) return written()
    const prefixes = prefixed(jsonLines.idPrefixes)
    const own = jsonLines.paths.map(
      (path, index): TableFile => ({ path, format: 'rows', idPrefix: prefixes[index] ?? idPrefix }),
    )
    return use({ files: own, columns: table.columns })
  })
}

/** Whether the database could write the rows of Parquet files as a step file; if not, the source says why. */
async function isConverted(
  database: Database,
  files: ParquetFiles,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await writeParquetLines(database, files, path)
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

async function writeLines(table: OtherTable, path: string, idPrefix: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'w')
  try {
    for await (const { ids, rows, rejects = [] } of batchesOf(table, signal)) {
      if (rejects.length > 0) throw new RowsUnfit()
      await file.write(rows.map((row, index) => `${lineOf(`${idPrefix}${ids[index] ?? ''}`, row)}\n`).join(''))
    }
  } finally {
    await file.close()
  }
}

/** @throws RowsUnfit for a row that no line can hold, which the step then rejects */
function lineOf(id: string, row: Row): string {
  try {
    return encodeStepLine(id, row)
  } catch {
    throw new RowsUnfit()
  }
}
