import {
  type ColumnSet,
  type LineRequest,
  MaestroError,
  type RowSource,
  type TableCounts,
  type TableFile,
} from '@maestro-dataflow/core'
import { fate } from '../../../engine/choose-lines.js'
import { connect, type Database, engineError, isDataFault } from '../../../engine/connect.js'
import { copyLines } from '../../../engine/copy-lines.js'
import { interruptOn } from '../../../engine/interrupt-on.js'
import { usualKeys } from '../../../engine/line-keys.js'
import { lineColumn } from '../../../engine/lines.js'
import { countRows, knownColumns, loadLines } from '../../../engine/load-lines.js'
import { type RightLines, withRightLines } from './right-lines.js'

/**
 * Appends the lines of another source to those of the input. The database checks all lines first, because nobody has, and
 * no row of the input becomes an object.
 *
 * @returns undefined if a line must be read as a row
 */
export async function unionLines(right: RowSource, request: LineRequest): Promise<TableCounts | undefined> {
  const { step, signal, directory } = request
  const database = await connect({ directory })
  const stopInterrupting = interruptOn(signal, database)
  try {
    signal.throwIfAborted()
    const context = { database, directory, signal, idPrefix: `${step}:` }
    return await withRightLines(right, context, (lines) => appendLines(database, lines, request))
  } catch (error) {
    signal.throwIfAborted()
    if (isDataFault(error)) return undefined
    throw MaestroError.is(error) ? error : engineError(error)
  } finally {
    stopInterrupting()
    database.close()
  }
}

async function appendLines(
  database: Database,
  right: RightLines,
  { input, columns, takesRows, signal, output: open }: LineRequest,
): Promise<TableCounts | undefined> {
  const files = [...input, ...right.files]
  const format = takesRows && files.every((file) => file.format === 'rows') ? 'rows' : 'step'
  const before = await soundLines(database, input, columns, format)
  const added = await soundLines(database, right.files, right.columns, format)
  const fates = new Uint8Array(before.lines + added.lines).fill(fate.kept)
  const output = await open(format)
  const copied = await copyLines({ files, output, choice: { fates }, signal })
  const rowsOut = before.rows + added.rows
  // The database ends a line at a carriage return too.
  if (copied.lines !== fates.length || copied.rows !== rowsOut) return undefined
  return { rowsIn: before.rows, rowsOut, rejected: 0, dropped: 0, merged: 0, created: added.rows }
}

/** The lines of files and the rows among them. A line that is not as declared ends it with an error. */
async function soundLines(
  database: Database,
  files: readonly TableFile[],
  columns: ColumnSet,
  output: TableFile['format'],
): Promise<{ readonly lines: number; readonly rows: number }> {
  const [file] = files
  if (file === undefined) return { lines: 0, rows: 0 }
  const isPlain = file.format === 'rows'
  await loadLines(database, files, {
    idsNeeded: isPlain && output === 'step',
    looked: knownColumns(isPlain ? Object.keys(columns.columns) : [], columns),
    used: [],
    columns,
    usual: await usualKeys(database, file),
    keepsText: false,
  })
  const { connection } = database
  const lines = await countRows(connection, 'lines')
  return { lines, rows: await countRows(connection, `(SELECT 1 FROM lines WHERE ${lineColumn} IS NOT NULL)`) }
}
