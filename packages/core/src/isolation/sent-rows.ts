import type { RejectedRow } from '../contracts/operator.js'
import type { SourceBatch } from '../contracts/source.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../provider/step-codec.js'
import type { SentBatch, SentRejected } from './messages.js'
import { receiveError, sendError } from './sent-error.js'

/** A batch as lines of a step file. */
export function sendBatch({ ids, rows, rejects }: SourceBatch, plugin: string): SentBatch {
  return {
    lines: rows.map((row, index) => encodeStepLine(ids[index] ?? '', row)),
    ...(rejects === undefined
      ? {}
      : { rejects: rejects.map(({ id, row, error }) => ({ rowId: id, row, error: sendError(error, plugin) })) }),
  }
}

export function receiveBatch({ lines, rejects }: SentBatch, plugin: string): SourceBatch {
  const read = lines.map(decodeStepLine)
  return {
    ids: read.map(({ id }) => id),
    rows: read.map(({ row }) => row),
    ...(rejects === undefined
      ? {}
      : { rejects: receiveRejected(rejects, plugin).map(({ rowId, ...others }) => ({ id: rowId, ...others })) }),
  }
}

export function sendRejected(rejected: readonly RejectedRow[], plugin: string): readonly SentRejected[] {
  return rejected.map(({ rowId, row, error }) => ({ rowId, row, error: sendError(error, plugin) }))
}

/** The runner makes the error of a step of what is no MaestroError. */
export function receiveRejected(sent: readonly SentRejected[], plugin: string): readonly RejectedRow[] {
  return sent.map(({ rowId, row, error }) => ({
    rowId: String(rowId),
    row,
    error: receiveError(error, plugin) as MaestroError,
  }))
}
