import type { Row, RowId } from '../../contracts/row.js'
import type { RowOutcome } from '../../contracts/step-workers.js'
import { fromErrorData, toErrorData } from '../../errors/error-data.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import type { Leaf } from '../stream/ordered-window.js'
import { toStepError } from '../stream/step-result.js'
import type { RanRows, RejectOfRow } from './run-rows.js'

/** A row as a line of a step file; undefined if it holds something that no file can hold. */
export function tryEncode(row: Row): string | undefined {
  try {
    return encodeStepLine('', row)
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return undefined
    throw error
  }
}

/** What became of a row, as data; `null` if a value of it cannot be sent. */
export function encodeOutcome(leaf: Leaf, rejects: RanRows['rejects']): RowOutcome {
  try {
    return encodeLeaf(leaf, rejects)
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return null
    throw error
  }
}

function encodeLeaf(leaf: Leaf, rejects: RanRows['rejects']): RowOutcome {
  const { id, row, children, lost, rejected } = leaf
  if (row !== undefined) return encodeStepLine('', row)
  if (lost !== undefined) return { dropped: lost.step, reason: lost.reason }
  if (children !== undefined)
    return { split: splitterOf(leaf) ?? '', into: children.map((child) => encodeLeaf(child, rejects)) }
  const reject = rejects.get(id)
  return {
    rejected: rejected ?? '',
    row: encodeStepLine('', reject?.row ?? {}),
    error: toErrorData(reject?.error),
  }
}

/** Fills a leaf with what became of its row, and notes the rows that were rejected. */
export function decodeOutcome(
  outcome: Exclude<RowOutcome, null>,
  leaf: Leaf,
  id: RowId,
  rejects: Map<RowId, RejectOfRow>,
): void {
  leaf.id = id
  if (typeof outcome === 'string') leaf.row = decodeStepLine(outcome).row
  else if ('dropped' in outcome) leaf.lost = { kind: 'dropped', step: outcome.dropped, reason: outcome.reason }
  else if ('split' in outcome) {
    leaf.children = outcome.into.map((into, index) => {
      const child: Leaf = { id: '', row: undefined, children: undefined, lost: undefined, rejected: undefined }
      if (into !== null) decodeOutcome(into, child, `${id}/${outcome.split}/${index}`, rejects)
      return child
    })
  } else {
    leaf.rejected = outcome.rejected
    const error = toStepError(fromErrorData(outcome.error), outcome.rejected, id)
    rejects.set(id, { row: decodeStepLine(outcome.row).row, error })
  }
}

/** The step that made the children of a leaf. */
export function splitterOf({ id, children }: Leaf): string | undefined {
  return children?.[0]?.id.slice(id.length + 1, -'/0'.length)
}
