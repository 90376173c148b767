import { rm } from 'node:fs/promises'
import type { ColumnSet, TableChainRequest, TableCounts, TableFile, TableRequest } from '@maestro-dataflow/core'
import { rowsAt } from './chain/first-rows.js'
import type { ChainedStatement } from './chain/run-chain.js'
import type { CheckedStatement } from './checked-statement.js'
import { type Database, isDataFault } from './connect.js'
import { prepareStatement } from './prepare-statement.js'
import { runStatement } from './run-statement.js'
import { runTolerantly } from './run-tolerantly.js'

/** Checks each statement against the columns of the rows that it processes. @throws the first fault */
export async function prepareChain(
  { connection }: Database,
  { statements, columns }: Pick<TableRequest, 'statements' | 'columns'>,
): Promise<readonly ChainedStatement[]> {
  const chained: ChainedStatement[] = []
  let current = columns
  for (const statement of statements) {
    const checked = await prepareStatement(connection, statement, current)
    const [fault] = checked.faults
    if (fault !== undefined) throw fault
    chained.push({ statement, checked, columns: current })
    current = columnsAfter(current, checked)
  }
  return chained
}

/** Runs statements one after the other, with a step file between two of them. */
export async function runOneByOne(database: Database, request: TableChainRequest): Promise<readonly TableCounts[]> {
  const { leftOut, signal, directory, output, firstRows, progress } = request
  const counts: TableCounts[] = []
  let input = request.input
  const chained = await prepareChain(database, request)
  for (const [index, one] of chained.entries()) {
    const isLast = index === chained.length - 1
    const between: TableFile = { path: `${output.path}.statement-${index}`, format: 'step' }
    const run = {
      ...one,
      database,
      input,
      output: isLast ? output : between,
      reject: (row: Parameters<TableRequest['reject']>[0]) => request.reject(row, index),
      leftOut: leftOut && ((rows: Parameters<typeof leftOut>[0]) => leftOut(rows, index)),
      signal,
    }
    const done = await runStatement(run).catch((error: unknown) => {
      if (isDataFault(error)) return runTolerantly(run, directory)
      throw error
    })
    counts.push(done)
    progress?.(done, index)
    if (!isLast) {
      const first = Array.from({ length: firstRows?.rows ?? 0 }, (_, position) => position)
      firstRows?.receive(await rowsAt([between], first, signal), index)
    }
    if (index > 0) for (const { path } of input) await rm(path, { force: true })
    input = [between]
  }
  return counts
}

/** The columns after a statement. */
export function columnsAfter(before: ColumnSet, { columns, adds }: CheckedStatement): ColumnSet {
  if (columns !== undefined) return { columns, open: false }
  return adds === undefined ? before : { columns: { ...before.columns, ...adds }, open: before.open }
}
