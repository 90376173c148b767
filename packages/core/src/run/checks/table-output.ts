import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Columns, Row, RowId } from '../../contracts/row.js'
import type { TableCounts, TableFile, TableStatement } from '../../contracts/table-engine.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { readStepFile } from '../state/step-file.js'
import { columnFault } from './column-fault.js'
import { isRowId } from './row-id.js'
import type { CheckMode } from './row-sample.js'
import { SeenIds } from './seen-ids.js'

/** What a table engine was asked to do, and says that it has done. */
export interface TableWork {
  /** The last of the steps, and the engine that ran them. */
  readonly place: { readonly step: string; readonly use: string; readonly engine: string }
  readonly statements: readonly TableStatement[]
  /** The columns that the plan expects of groups, or in addition to those of the input; undefined if it knows none. */
  readonly adds: Columns | undefined
  readonly input: readonly TableFile[]
  readonly output: TableFile
  readonly counts: TableCounts
}

/** The rows that are compared with those of the input. */
const compared: Readonly<Record<CheckMode, number>> = { sample: 100, strict: 100_000 }
/** Files up to this size are read to their end. */
const smallFile = 1 << 20

/**
 * Checks what a table engine has written: its rows are as many as it counts, have ids of their own, and are rows of the
 * input with the columns that the plan expects. The first rows are checked, and all of them in the mode `strict`.
 *
 * @throws MAESTRO_STEP_CONTRACT
 */
export async function assertTableOutput(work: TableWork, mode: CheckMode = 'sample'): Promise<void> {
  const { statements, output, adds } = work
  assertTableCounts(work)
  const isToTheEnd = mode === 'strict' || (await stat(output.path)).size <= smallFile
  if (output.format === 'rows') {
    if (isToTheEnd) assertNumber(work, await countLines(output.path))
    return
  }
  const groups = statements.some(({ kind }) => kind === 'aggregate')
  const before = groups ? undefined : await firstRows(work, compared[mode])
  const effects = adds && (groups ? { keeps: [], adds } : { adds })
  const staysInOrder = statements.every(({ kind }) => kind !== 'sort' && kind !== 'dedupe' && kind !== 'aggregate')
  const seen = new SeenIds()
  let rows = 0
  let last = -1
  for await (const batch of readStepFile(output.path)) {
    for (const [index, row] of batch.rows.entries()) {
      const id = batch.ids[index]
      if (!isRowId(id)) fail(work, `wrote a row with the id ${describeValue(id)}; an id is a text`)
      if (!seen.add(id)) fail(work, `wrote two rows with the id ${id}`, id)
      const source = before?.rows.get(id)
      if (before?.isWhole === true && source === undefined)
        fail(work, `wrote the row ${id}, which it was not given`, id)
      const fault = groups || source !== undefined ? columnFault(source?.row ?? {}, row, effects) : undefined
      // A sum of integers may be too large for a number.
      const isLargeInteger =
        fault !== undefined && typeof row[fault.column] === 'bigint' && adds?.[fault.column] === 'integer'
      if (fault !== undefined && !isLargeInteger) fail(work, fault.text, id, fault.column)
      if (staysInOrder && source !== undefined && source.place < last) fail(work, 'wrote its rows in another order', id)
      last = source?.place ?? last
      if (++rows >= compared.sample && !isToTheEnd) return
    }
  }
  assertNumber(work, rows)
}

/** Whether the counts of an engine are numbers of rows that its statements can have. @throws MAESTRO_STEP_CONTRACT */
function assertTableCounts(work: TableWork): void {
  const { counts, statements } = work
  const known: Record<string, unknown> = { ...counts }
  for (const name of ['rowsIn', 'rowsOut', 'rejected', 'dropped', 'merged', 'created'])
    if (!Number.isSafeInteger(known[name]) || Number(known[name]) < 0)
      fail(work, `counted ${describeValue(known[name])} as ${name}; it is a number of rows`)
  const kinds = new Set(statements.map(({ kind }) => kind))
  if (!kinds.has('aggregate') && counts.created > 0)
    fail(work, `counted ${counts.created} new rows, and made no groups`)
  const isChoosing = ['filter', 'limit', 'sample'].some((kind) => kinds.has(kind as TableStatement['kind']))
  if (!isChoosing && counts.dropped > 0) fail(work, `dropped ${counts.dropped} rows, which no statement asks for`)
  if (!kinds.has('aggregate') && !kinds.has('dedupe') && counts.merged > 0)
    fail(work, `merged ${counts.merged} rows, which no statement asks for`)
}

function assertNumber(work: TableWork, rows: number): void {
  const { rowsOut } = work.counts
  if (rows !== rowsOut) fail(work, `wrote ${rows} rows, and says that it wrote ${rowsOut}`)
}

/** The rows of an input whose values are read as the engine reads them. */
interface FirstRows {
  readonly rows: ReadonlyMap<RowId, { readonly row: Row; readonly place: number }>
  /** Whether these are all rows of the input. */
  readonly isWhole: boolean
}

async function firstRows({ input }: TableWork, most: number): Promise<FirstRows> {
  const rows = new Map<RowId, { readonly row: Row; readonly place: number }>()
  for (const { path, format } of input) {
    // The source's own lines are read by its rules.
    if (format !== 'step') return { rows, isWhole: false }
    for await (const batch of readStepFile(path))
      for (const [index, id] of batch.ids.entries()) {
        if (rows.size === most) return { rows, isWhole: false }
        rows.set(id, { row: batch.rows[index] as Row, place: rows.size })
      }
  }
  return { rows, isWhole: input.length > 0 }
}

async function countLines(path: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(path, { highWaterMark: smallFile }) as AsyncIterable<Buffer>)
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, end + 1)) lines++
  return lines
}

/** @throws MAESTRO_STEP_CONTRACT always */
function fail({ place: { step, use, engine } }: TableWork, fault: string, rowId?: RowId, column?: string): never {
  const details = { step, use, fault: `${fault} (in the table engine ${engine})` }
  throw maestroError('MAESTRO_STEP_CONTRACT', column === undefined ? details : { ...details, column }).at({
    step,
    rowId,
  })
}
